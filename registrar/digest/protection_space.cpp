#include "registrar/digest/protection_space.h"

#include <algorithm>

#include "flowtoken/base64url.h"

namespace flowgate::digest {
namespace {

using std::chrono::milliseconds;

// Clocks of hosts that share a key file may differ by so much.
constexpr std::chrono::seconds max_skew{30};

WallTime wall_time(Instant now, milliseconds ahead) {
  return WallTime{std::chrono::floor<milliseconds>(now.time_since_epoch()) + ahead};
}

std::string make_opaque(const TokenKeys& keys) {
  const auto secret = keys.derive("flowgate digest opaque");
  std::string text;
  encode_base64url(std::span(secret).first(6), text);
  return text;
}

}  // namespace

ProtectionSpace::ProtectionSpace(const Options& options, registrar::UserTable& users,
                                 const registrar::Domains& domains, const TokenKeys& keys, Instant start)
    : options_(options),
      users_(users),
      domains_(domains),
      nonces_(keys, options.realm),
      opaque_(make_opaque(keys)),
      www_challenges_(sip::Header::www_authenticate, options.realm, opaque_),
      proxy_challenges_(sip::Header::proxy_authenticate, options.realm, opaque_),
      replays_(options.nonces, options.nonce_lifetime, wall_time(start, options.wall_clock_ahead)),
      backoff_(options.backoff) {
  users.make_hashes(options.realm, options.algorithms);
}

WallTime ProtectionSpace::wall(Instant now) const {
  return wall_time(now, options_.wall_clock_ahead);
}

Offered ProtectionSpace::offered() const {
  Offered offered;
  std::ranges::copy_if(options_.algorithms, std::back_inserter(offered),
                       [this](Algorithm algorithm) { return users_.all_know(algorithm); });
  if (offered.empty()) offered.assign(options_.algorithms.begin(), options_.algorithms.end());
  return offered;
}

bool ProtectionSpace::offers(Algorithm algorithm) const {
  return std::ranges::find(options_.algorithms, algorithm) != options_.algorithms.end();
}

void ProtectionSpace::mint_nonce(Instant now, std::uint64_t random, std::string& out) const {
  nonces_.mint(wall(now), random, out);
}

bool ProtectionSpace::take(std::string_view text, std::uint32_t count, Instant now) {
  const auto nonce = nonces_.verify(text);
  if (!nonce) return false;
  const WallTime time = wall(now);
  if (time - nonce->minted > options_.nonce_lifetime || nonce->minted - time > max_skew) return false;
  return replays_.take(*nonce, count, time);
}

}  // namespace flowgate::digest
