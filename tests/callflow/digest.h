// A registrar that asks for passwords, and phones that know theirs: the user's name, backwards.
#pragma once

#include <string>

#include "support/digest_answer.h"
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
