#include "cost/host.h"

#include <valgrind/callgrind.h>

#include "bench/allocations.h"

namespace flowgate::cost {
namespace {

const Endpoint kOwn = *Endpoint::from("203.0.113.1", 5060);

std::uint64_t counted = 0;

// While it lives, instructions and allocations count.
class Count {
 public:
  Count() : before_(bench::allocations()) { CALLGRIND_TOGGLE_COLLECT; }
  ~Count() {
    CALLGRIND_TOGGLE_COLLECT;
    counted += bench::allocations() - before_;
  }
  Count(const Count&) = delete;
  Count& operator=(const Count&) = delete;

 private:
  std::uint64_t before_;
};

// RFC 3261's and RFC 5626's features, all on: edge and registrar in one process.
proxy::Core::Options options(digest::ProtectionSpace* protection_space) {
  proxy::Core::Options options;
  options.roles.flow_timer = std::chrono::seconds(120);
  options.protection_space = protection_space;
  return options;
}

digest::Options digest_options() {
  digest::Options options;
  options.realm = "example.com";
  return options;
}

}  // namespace

std::uint64_t counted_allocations() {
  return counted;
}

Host::Host(std::vector<registrar::User> users)
    : keys_(TokenKeys::from({TokenKey{1, {7}}})),
      ua_flows_(std::chrono::seconds(150), 10'000),
      domains_({"example.com"}, {5060}, users.empty() ? nullptr : &users_),
      protection_space_(users.empty() ? nullptr
                                      : std::make_unique<digest::ProtectionSpace>(digest_options(), users_,
                                                                                  domains_, keys_, now_)),
      local_({{Protocol::udp, kOwn}}, {}),
      core_(
          options(protection_space_.get()), local_, domains_, location_, ua_flows_, keys_, *this, *this,
          // Different numbers, the same in each run.
          [this] { return random_ += 0x9e3779b97f4a7c15ULL; }, now_) {
  users_.replace(std::move(users));
}

Flow Host::flow(unsigned phone) const {
  Endpoint remote = *Endpoint::from("198.51.100.0", static_cast<std::uint16_t>(20000 + phone));
  remote.ip[3] = static_cast<std::uint8_t>(1 + phone % 250);
  return {Protocol::udp, kOwn, remote, 0};
}

void Host::receive(const Flow& flow, std::string_view text) {
  buffer_ = text;
  const Count count;
  core_.receive(now_, flow, buffer_);
}

void Host::passes(std::chrono::milliseconds time) {
  const registrar::Instant until = now_ + time;
  const Count count;
  for (auto next = core_.next_deadline(); next && *next <= until; next = core_.next_deadline()) {
    now_ = std::max(now_, *next);
    core_.advance(now_);
  }
  now_ = until;
  core_.advance(now_);
}

bool Host::send(const Flow& flow, std::string_view text) {
  sent_.emplace_back(flow, text);
  return true;
}

void Host::connect(const proxy::NextHop& hop, Connected done) {
  done(Flow{hop.protocol, kOwn, hop.address, 0});
}

}  // namespace flowgate::cost
