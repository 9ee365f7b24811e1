// What the hot paths cost: each workload a fixed trace through one core, with every feature on. Prints a line
// "WORKLOAD TRANSACTIONS ALLOCATIONS" for each; under callgrind, the instructions of each go to a dump of
// that name.
#include <fmt/core.h>
#include <valgrind/callgrind.h>

#include <array>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "cost/phone.h"
#include "stun/stun.h"

namespace flowgate::cost {
namespace {

constexpr unsigned kPhones = 100, kRounds = 200;
// All transactions have ended by then (RFC 3261 §17: 64*T1).
constexpr std::chrono::seconds kEnd{40};

struct Street {
  Host host;
  std::vector<std::unique_ptr<Phone>> phones;

  explicit Street(std::vector<registrar::User> users = {}) : host(std::move(users)) {
    for (unsigned number = 0; number < kPhones; ++number)
      phones.push_back(std::make_unique<Phone>(host, number));
  }
  Phone& phone(unsigned round) { return *phones[round % kPhones]; }
};

std::vector<registrar::User> users() {
  std::vector<registrar::User> users;
  for (unsigned number = 0; number < kPhones; ++number) users.push_back(Phone::user(number));
  return users;
}

// Once to warm up: tables have their size then, and what is made once is there.
void measure(const char* name, const std::function<void(unsigned)>& transaction,
             const std::function<void()>& end) {
  for (unsigned round = 0; round < kRounds; ++round) transaction(round);
  end();
  const std::uint64_t before = counted_allocations();
  CALLGRIND_ZERO_STATS;
  for (unsigned round = 0; round < kRounds; ++round) transaction(round);
  end();
  CALLGRIND_DUMP_STATS_AT(name);
  fmt::print("{} {} {}\n", name, kRounds, counted_allocations() - before);
}

void digest(Phone& phone, digest::Algorithm algorithm) {
  phone.answers_challenge(phone.is_challenged(), algorithm);
}

void call(Street& street, unsigned round) {
  Phone& caller = street.phone(round);
  Phone& callee = street.phone(round + 1);
  caller.sends("INVITE", callee.aor());
  const test::Packet invite = callee.receives("INVITE ");
  callee.answers(invite, "180 Ringing");
  caller.receives("SIP/2.0 180 ");
  callee.answers(invite, "200 OK");
  test::Dialog dialog = test::caller_side(caller.receives("SIP/2.0 200 "));
  caller.sends_within(dialog, "ACK");
  callee.receives("ACK ");
  caller.sends_within(dialog, "BYE");
  callee.answers(callee.receives("BYE "), "200 OK");
  caller.receives("SIP/2.0 200 ");
}

void message(Street& street, unsigned round, bool gruu) {
  Phone& sender = street.phone(round);
  Phone& receiver = street.phone(round + 1);
  sender.sends("MESSAGE", gruu ? receiver.public_gruu() : receiver.aor(), "Are you there?");
  receiver.answers(receiver.receives("MESSAGE "), "200 OK");
  sender.receives("SIP/2.0 200 ");
}

void message_with_digest(Street& street, unsigned round) {
  Phone& sender = street.phone(round);
  Phone& receiver = street.phone(round + 1);
  const std::string uri = receiver.aor();
  sender.sends("MESSAGE", uri, "Are you there?");
  const std::string challenge = sender.receives("SIP/2.0 407 ").header("Proxy-Authenticate");
  const std::string answer = sender.credentials(challenge, digest::Algorithm::md5, "MESSAGE", uri);
  sender.sends("MESSAGE", uri, "Are you there?", {"Proxy-Authorization: " + answer});
  receiver.answers(receiver.receives("MESSAGE "), "200 OK");
  sender.receives("SIP/2.0 200 ");
}

void stun_binding() {
  // RFC 8489 §5: Binding request, no attributes, the magic cookie, a transaction ID.
  static constexpr std::string_view request(
      "\0\1\0\0\x21\x12\xa4\x42"
      "abcdefghijkl",
      20);
  static const Endpoint source = *Endpoint::from("198.51.100.7", 40000);
  std::array<char, stun::max_response_bytes> response;
  CALLGRIND_TOGGLE_COLLECT;
  const std::size_t size = stun::looks_like_stun(request) ? stun::respond(request, source, response) : 0;
  CALLGRIND_TOGGLE_COLLECT;
  if (size == 0) std::exit(1);
}

void run() {
  Street street;
  const auto end = [&street] { street.host.passes(kEnd); };
  for (const auto& phone : street.phones) phone->registers();
  end();
  measure(
      "register", [&](unsigned round) { street.phone(round).registers(); }, end);
  measure(
      "message", [&](unsigned round) { message(street, round, false); }, end);
  measure(
      "message-to-gruu", [&](unsigned round) { message(street, round, true); }, end);
  measure(
      "call", [&](unsigned round) { call(street, round); }, end);
  Street guarded(users());
  const auto guarded_end = [&guarded] { guarded.host.passes(kEnd); };
  measure(
      "challenge", [&](unsigned round) { guarded.phone(round).is_challenged(); }, guarded_end);
  measure(
      "digest", [&](unsigned round) { digest(guarded.phone(round), digest::Algorithm::md5); }, guarded_end);
  measure(
      "digest-sha-256", [&](unsigned round) { digest(guarded.phone(round), digest::Algorithm::sha256); },
      guarded_end);
  measure(
      "message-digest", [&](unsigned round) { message_with_digest(guarded, round); }, guarded_end);
  measure(
      "stun", [](unsigned) { stun_binding(); }, [] {});
}

}  // namespace
}  // namespace flowgate::cost

int main() {
  flowgate::cost::run();
}
