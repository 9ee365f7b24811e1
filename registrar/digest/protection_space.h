// The protection space of RFC 7616 §3.3: a realm, its users, and what is remembered of those who tried to be
// one of them. Thread-safe; one for all shards.
#pragma once

#include <boost/container/static_vector.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "registrar/digest/algorithm.h"
#include "registrar/digest/backoff.h"
#include "registrar/digest/challenge.h"
#include "registrar/digest/nonce.h"
#include "registrar/digest/replay_window.h"
#include "registrar/domains.h"
#include "registrar/user_table.h"

namespace flowgate::digest {

struct Options {
  std::string realm;  // without quotes and backslashes, at most 256 octets
  std::vector<Algorithm> algorithms{Algorithm::sha256, Algorithm::md5};  // most wanted first, each once
  std::chrono::seconds nonce_lifetime{300};
  std::size_t nonces = 1'000'000;  // whose counts are remembered
  BackoffOptions backoff;
  // UAs reach us through edge proxies: who fails is told by the Via that these have completed.
  bool behind_edges = false;
  // What the clock of Instant shows less than that of the wall.
  std::chrono::milliseconds wall_clock_ahead{0};
};

// Algorithms, each once.
using Offered = boost::container::static_vector<Algorithm, algorithm_count>;

class ProtectionSpace {
 public:
  // The references must outlive it. `start`: the time now. Lets the users have their hashes made.
  ProtectionSpace(const Options& options, registrar::UserTable& users, const registrar::Domains& domains,
                  const TokenKeys& keys, Instant start);

  const std::string& realm() const { return options_.realm; }
  bool behind_edges() const { return options_.behind_edges; }
  const registrar::Domains& domains() const { return domains_; }
  const registrar::UserTable& users() const { return users_; }
  Backoff& backoff() { return backoff_; }

  // Those to offer. One that some user has no hash for would shut him out, as clients take the first that
  // they know; so it is not offered to anybody, which tells nobody who that user is. All when none would be
  // left.
  Offered offered() const;
  bool offers(Algorithm algorithm) const;

  // Appends a new nonce to `out`.
  void mint_nonce(Instant now, std::uint64_t random, std::string& out) const;
  // Uses `count` of the nonce up; false: the nonce is not ours or too old, or the count was used before.
  bool take(std::string_view nonce, std::uint32_t count, Instant now);

  // Always the same: what the client has to return is all in the nonce.
  const std::string& opaque() const { return opaque_; }
  // Of a user agent server, and of a proxy.
  const Challenges& www_challenges() const { return www_challenges_; }
  const Challenges& proxy_challenges() const { return proxy_challenges_; }

 private:
  WallTime wall(Instant now) const;

  Options options_;
  const registrar::UserTable& users_;
  const registrar::Domains& domains_;
  Nonces nonces_;
  std::string opaque_;
  Challenges www_challenges_, proxy_challenges_;
  ReplayWindow replays_;
  Backoff backoff_;
};

}  // namespace flowgate::digest
