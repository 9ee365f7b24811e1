// DNS messages octet by octet (RFC 1035 §4), for tests that make servers say what they want.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "transport/dns/record.h"
#include "transport/socket_address.h"

namespace flowgate::dns::wire {

inline std::string number(std::uint32_t value, int octets) {
  std::string text;
  for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xff);
  return text;
}

// Labels; the root is "".
inline std::string name(std::string_view text) {
  std::string labels;
  while (!text.empty()) {
    const auto label = text.substr(0, text.find('.'));
    labels += static_cast<char>(label.size());
    labels += label;
    text.remove_prefix(std::min(label.size() + 1, text.size()));
  }
  return labels + '\0';
}

inline std::string character_string(std::string_view text) {
  return static_cast<char>(text.size()) + std::string(text);
}

struct Query {
  std::string id;
  std::string question_text;  // as it came
  Question question;

  static Query parse(std::string_view datagram) {
    Query query;
    query.id = datagram.substr(0, 2);
    std::size_t at = 12;
    while (at < datagram.size() && datagram[at] != 0) {
      const auto length = static_cast<std::size_t>(static_cast<unsigned char>(datagram[at]));
      if (!query.question.name.empty()) query.question.name += '.';
      query.question.name += datagram.substr(at + 1, length);
      at += length + 1;
    }
    query.question.type = static_cast<Type>(static_cast<unsigned char>(datagram.at(at + 2)));
    query.question_text = datagram.substr(12, at + 5 - 12);
    return query;
  }
};

inline Query query_for(const std::string& text, Type type) {
  const std::string question = name(text) + number(static_cast<std::uint32_t>(type), 2) + number(1, 2);
  return {"id", question, {text, type}};
}

constexpr std::uint16_t no_error = 0, server_failure = 2, name_error = 3;
constexpr std::uint16_t truncated = 0x0200;

inline std::string header(const Query& query, std::uint16_t flags, std::size_t answers,
                          std::size_t authority = 0) {
  return query.id + number(0x8180U | flags, 2) + number(1, 2) +
         number(static_cast<std::uint32_t>(answers), 2) + number(static_cast<std::uint32_t>(authority), 2) +
         number(0, 2) + query.question_text;
}

// Owner "\xc0\x0c": the name in the question.
inline std::string record(const std::string& owner, std::uint16_t type, std::uint32_t ttl,
                          const std::string& data) {
  return owner + number(type, 2) + number(1, 2) + number(ttl, 4) +
         number(static_cast<std::uint32_t>(data.size()), 2) + data;
}
inline const std::string asked_name = "\xc0\x0c";

inline std::string address_data(const Endpoint& address) {
  return std::string(reinterpret_cast<const char*>(address.ip.data()), address.v6 ? 16 : 4);
}
inline std::string soa(std::uint32_t ttl, std::uint32_t minimum) {
  return record(name("example"), 6, ttl,
                name("ns.example") + name("root.example") + number(1, 4) + number(7200, 4) + number(900, 4) +
                    number(86400, 4) + number(minimum, 4));
}

// The records of an answer; `owner` where an alias led to.
inline std::string records(const Answer& answer, Type type, const std::string& owner, std::size_t& count) {
  std::string text;
  const auto add = [&](const std::string& data) {
    ++count;
    text +=
        record(owner, static_cast<std::uint16_t>(type), static_cast<std::uint32_t>(answer.ttl.count()), data);
  };
  for (const Endpoint& address : answer.addresses) add(address_data(address));
  for (const Srv& srv : answer.srv) {
    add(number(srv.priority, 2) + number(srv.weight, 2) + number(srv.port, 2) +
        name(srv.target == "." ? "" : srv.target));
  }
  for (const Naptr& naptr : answer.naptr) {
    add(number(naptr.order, 2) + number(naptr.preference, 2) + character_string(naptr.flags) +
        character_string(naptr.service) + character_string(naptr.regexp) +
        name(naptr.replacement == "." ? "" : naptr.replacement));
  }
  return text;
}

inline std::string reply(const Query& query, const Answer& answer) {
  if (answer.outcome == Outcome::failed) return header(query, server_failure, 0);
  if (answer.outcome == Outcome::none) return header(query, name_error, 0, 1) + soa(300, 300);
  std::size_t count = 0;
  const std::string text = records(answer, query.question.type, asked_name, count);
  return header(query, no_error, count) + text;
}

}  // namespace flowgate::dns::wire
