#include "proxy/server/digest_options.h"

#include <chrono>

namespace flowgate::server {

digest::Algorithm digest_algorithm(conf::DigestAlgorithm algorithm) {
  switch (algorithm) {
    case conf::DigestAlgorithm::md5:
      return digest::Algorithm::md5;
    case conf::DigestAlgorithm::sha256:
      return digest::Algorithm::sha256;
    case conf::DigestAlgorithm::sha512_256:
      break;
  }
  return digest::Algorithm::sha512_256;
}

digest::Options digest_options(const conf::Config& config) {
  const conf::Digest& digest = config.registrar.digest;
  digest::Options options;
  options.realm = digest.realm;
  options.algorithms.clear();
  for (const conf::DigestAlgorithm algorithm : digest.algorithms)
    options.algorithms.push_back(digest_algorithm(algorithm));
  options.nonce_lifetime = digest.nonce_lifetime;
  options.nonces = config.limits.nonces;
  options.backoff = {digest.backoff.address_failures, digest.backoff.user_failures,
                     digest.backoff.address_longest, digest.backoff.user_longest,
                     config.limits.backoff_entries};
  options.behind_edges = !config.has(conf::Role::edge);
  options.wall_clock_ahead =
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch() -
                                                    std::chrono::steady_clock::now().time_since_epoch());
  return options;
}

}  // namespace flowgate::server
