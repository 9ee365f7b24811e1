// A registrar for example.com with a store in memory, and what a UA says to it. Time stands still unless a
// test moves it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "registrar/memory_store.h"
#include "registrar/registrar.h"
#include "sip/address.h"
#include "sip/value.h"

namespace flowgate::registrar {

using namespace std::chrono_literals;

inline constexpr std::string_view uuid = "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
inline constexpr std::string_view other_uuid = "urn:uuid:00000000-0000-1000-8000-aabbccddeeff";

inline Flow flow_from(Protocol protocol, std::string_view remote, std::uint16_t port) {
  return {protocol, *Endpoint::from("198.51.100.1", 5060), *Endpoint::from(remote, port),
          is_stream(protocol) ? std::uint64_t{port} << 8 : 0};
}

inline TokenKey token_key(std::uint8_t id) {
  TokenKey key{id, {}};
  key.secret.fill(id);
  return key;
}

// A URI that the test knows to be one. Views `text`.
inline sip::Uri uri_of(std::string_view text) {
  const auto uri = sip::Uri::parse(text);
  if (!uri) throw std::runtime_error("not a URI: " + std::string{text});
  return *uri;
}

// A REGISTER, as it came over `flow`. By default of alice, at 192.0.2.1:5060 over UDP, not behind a NAT.
struct Register {
  std::string to = "<sip:alice@example.com>";
  std::string call_id = "1j9FpLxk3uxtm8tn@192.0.2.1";
  std::uint32_t cseq = 1;
  std::vector<std::string> fields = {};  // "Contact: ...", ...
  std::vector<std::string> vias = {"SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKnashds7"};
  Flow flow = flow_from(Protocol::udp, "192.0.2.1", 5060);
  std::uint64_t transaction = 0;

  std::string text() const {
    std::string text = "REGISTER sip:example.com SIP/2.0\r\n";
    for (const std::string& via : vias) text += "Via: " + via + "\r\n";
    text += "Max-Forwards: 70\r\nFrom: <sip:alice@example.com>;tag=a73kszlfl\r\nTo: " + to +
            "\r\nCall-ID: " + call_id + "\r\nCSeq: " + std::to_string(cseq) + " REGISTER\r\n";
    for (const std::string& field : fields) text += field + "\r\n";
    return text + "Content-Length: 0\r\n\r\n";
  }
};

// All values of one header field of an answer.
inline std::vector<std::string> values(const Answer& answer, std::string_view name) {
  std::vector<std::string> values;
  const std::string start = std::string{name} + ": ";
  for (std::string_view rest = answer.fields; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(line.size() + 2);
    if (line.starts_with(start)) values.emplace_back(line.substr(start.size()));
  }
  return values;
}

inline std::vector<std::string> contacts(const Answer& answer) {
  return values(answer, "Contact");
}

// The value of a quoted parameter; "" when there is none.
inline std::string quoted_param(std::string_view contact, std::string_view name) {
  const std::string start = ";" + std::string{name} + "=\"";
  const std::size_t begin = contact.find(start);
  if (begin == contact.npos) return {};
  const std::string_view rest = contact.substr(begin + start.size());
  return std::string{rest.substr(0, rest.find('"'))};
}

class Site : public ::testing::Test {
 public:
  Options options;
  UserTable users;
  Domains domains{{"example.com"}, {}};
  MemoryStore store;
  Instant now{1000h};
  std::uint64_t random = 0;

  // From now on, only that user exists.
  void only(std::string name) {
    users.replace({{.name = std::move(name), .password = "secret"}});
    domains = Domains{{"example.com"}, {}, &users};
  }

  // What `request` is answered.
  Answer send(const Register& request) {
    return send_text(request.text(), request.flow, request.transaction);
  }
  Answer send_text(std::string text, const Flow& flow, std::uint64_t transaction = 0) {
    const auto message = sip::Message::parse(text, options.limits);
    if (!message) throw std::runtime_error("not a message");
    std::optional<Answer> answer;
    const auto to = sip::Address::parse(message->value(sip::Header::to));
    const auto cseq = sip::CSeq::parse(message->value(sip::Header::cseq));
    registrar().process(*message, to ? to->uri : sip::Uri{}, {cseq.value().number, transaction}, flow, now,
                        [&](const Answer& given) { answer = given; });
    return answer.value();
  }
  Answer query() { return send({.cseq = 99, .fields = {"Supported: gruu"}}); }

  Located locate(std::string_view uri) {
    std::optional<Located> located;
    registrar().locate(uri_of(uri), now, [&](Located found) { located = std::move(found); });
    return located.value();
  }
  // The URIs of the targets, in order.
  std::vector<std::string> targets(std::string_view uri) {
    std::vector<std::string> uris;
    for (const Target& target : locate(uri).targets) uris.push_back(target.uri);
    return uris;
  }
  // The only binding of alice.
  Binding binding() {
    std::optional<Binding> only;
    store.lookup("alice@example.com", [&](const Record& record) {
      if (record.bindings.size() == 1) only = record.bindings.front();
    });
    return only.value();
  }

  Registrar registrar() {
    return {options, domains, store, EncryptedGruus{TokenKeys::from({token_key(1)})},
            [this] { return ++random; }};
  }
};

}  // namespace flowgate::registrar
