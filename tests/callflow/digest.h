// A registrar that asks for passwords, and phones that know theirs: the user's name, backwards.
#pragma once

#include <optional>
#include <string>

#include "registrar/digest/hash.h"
#include "support/ladder.h"

namespace flowgate::test {

inline digest::Options digest_options() {
  digest::Options options;
  options.realm = "example.com";
  return options;
}

// Users alice, bob and carol.
struct DigestEdge : Edge {
  explicit DigestEdge(const proxy::Roles& roles = {}, const digest::Options& options = digest_options())
      : Edge({}, {}, Users{"alice", "bob", "carol"}, roles, {}, 2, options) {}
};

// What a client makes of a challenge (RFC 7616 §3.4).
struct Answer {
  std::string username = "alice";
  std::string password = "ecila";
  std::string realm = "example.com";
  std::string uri = "sip:example.com";
  std::string nc = "00000001";
  std::string cnonce = "0a4f113b";
  std::string qop = "auth";  // "": as in RFC 2069
  digest::Algorithm algorithm = digest::Algorithm::sha256;

  static Answer of(const std::string& user) {
    Answer answer;
    answer.username = user;
    answer.password = std::string(user.rbegin(), user.rend());
    return answer;
  }
  Answer to(std::string request_uri) const {
    Answer answer = *this;
    answer.uri = std::move(request_uri);
    return answer;
  }

  std::string response(std::string_view method, std::string_view nonce) const {
    digest::Hash hash;
    const auto secret = hash(algorithm, {username, realm, password});
    const auto request = hash(algorithm, {method, uri});
    return std::string(qop.empty()
                           ? hash(algorithm, {secret.text(), nonce, request.text()}).text()
                           : hash(algorithm, {secret.text(), nonce, nc, cnonce, qop, request.text()}).text());
  }
  std::string value(std::string_view method, const std::string& nonce) const {
    std::string value = "Digest username=\"" + username + "\", realm=\"" + realm + "\", nonce=\"" + nonce +
                        "\", uri=\"" + uri + "\", response=\"" + response(method, nonce) +
                        "\", algorithm=" + std::string(digest::algorithm_name(algorithm));
    if (!qop.empty()) value += ", qop=" + qop + ", nc=" + nc + ", cnonce=\"" + cnonce + "\"";
    return value;
  }
};

// A parameter of a challenge, without quotes; "" when there is none.
inline std::string challenge_param(const std::string& challenge, const std::string& name) {
  const std::size_t at = challenge.find(" " + name + "=");
  if (at == std::string::npos) return {};
  const std::string rest = challenge.substr(at + name.size() + 2);
  return rest.starts_with('"') ? rest.substr(1, rest.find('"', 1) - 1) : rest.substr(0, rest.find(','));
}

inline std::string nonce_of(const Packet& refusal) {
  return challenge_param(refusal.header(refusal.status() == 401 ? "WWW-Authenticate" : "Proxy-Authenticate"),
                         "nonce");
}

// A line of credentials for `method`, as an answer to that 401 or 407.
inline std::string credentials(const Packet& refusal, std::string_view method, const Answer& answer) {
  return (refusal.status() == 401 ? "Authorization: " : "Proxy-Authorization: ") +
         answer.value(method, nonce_of(refusal));
}

// REGISTER, 401, REGISTER, and what comes of it.
inline Packet registers_with(Phone& phone, const Answer& answer) {
  phone.sends(phone.registers(phone.outbound_params(1)));
  const Packet refusal = phone.receives("SIP/2.0 401");
  phone.sends(phone.registers(phone.outbound_params(1), {credentials(refusal, "REGISTER", answer)}));
  return phone.receives("SIP/2.0");
}

inline void is_registered(Phone& phone) {
  EXPECT_EQ(registers_with(phone, Answer::of(phone.name())).status(), 200);
}

// A request of the phone that is challenged, and sent again with an answer. An INVITE's 407 is acknowledged.
// What the phone sent last.
inline std::string opens_with(Phone& phone, const std::string& method, const std::string& uri,
                              const Answer& answer, Lines lines = {}) {
  const std::string first = phone.opens(method, uri, lines);
  phone.sends(first);
  const Packet refusal = phone.receives("SIP/2.0 407");
  if (method == "INVITE") phone.sends(phone.acknowledges(first, refusal));
  lines.push_back(credentials(refusal, method, answer.to(uri)));
  const std::string second = phone.opens(method, uri, lines);
  phone.sends(second);
  return second;
}

}  // namespace flowgate::test
