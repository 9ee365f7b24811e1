// Which nonce counts have been used: RFC 7616 §3.4 (nc), §5.5. "The server can detect request replays by
// maintaining its own copy of this count -- if the same nc value is seen twice, then the request is a
// replay."
//
// Bounded: what has to be forgotten makes all nonces of its age or older unusable that are not remembered, so
// nothing forgotten can be used again. Only nonces that were used rightly take room. Thread-safe; one for all
// shards.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <mutex>

#include "registrar/digest/nonce.h"

namespace flowgate::digest {

class ReplayWindow {
 public:
  // `limit`: nonces remembered; `lifetime`: of a nonce; `start`: those minted before are unusable, as what
  // they were used for is not known.
  ReplayWindow(std::size_t limit, std::chrono::milliseconds lifetime, WallTime start);

  // Uses `count` of the nonce up. False: it was used before, or might have been.
  [[nodiscard]] bool take(const Nonce& nonce, std::uint32_t count, WallTime now);

  std::size_t size() const;

 private:
  // Counts may overtake one another on their way: the last 64 are told apart, older ones count as used.
  struct Used {
    std::uint32_t highest = 0;
    std::uint64_t below = 0;  // bit i: highest - 1 - i was used
  };
  struct alignas(64) Stripe {
    mutable std::mutex mutex;
    boost::unordered_flat_map<std::uint64_t, Used> nonces;
    std::deque<Nonce> order;  // as they were first used
    WallTime forgotten;       // whatever is not in `nonces` and was minted by then may have been used
  };
  static bool use(Used& used, std::uint32_t count);
  void make_room(Stripe& stripe, WallTime now) const;

  static constexpr std::size_t kStripes = 64;
  std::size_t stripe_limit_;
  std::chrono::milliseconds lifetime_;
  std::array<Stripe, kStripes> stripes_;
};

}  // namespace flowgate::digest
