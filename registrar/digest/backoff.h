// Who has guessed wrongly too often waits, longer each time: RFC 7616 §5.13 leaves it to the server.
//
// Counted are wrong responses, for each source address (IPv6: for each /64, as every host has so many) and
// for each user name, whether or not there is such a user. A few cost nothing: a slip of the finger, a phone
// with an old password. Beyond them each failure doubles the wait.
// What others do must not lock a user out: the wait for his name is short, and at the address that he was
// last let in from he waits only while somebody guesses both his password and from there. Else one phone with
// an old password would lock out all others behind its NAT.
//
// A table of fixed size: of the few entries that a key may take the place of, the one with the fewest
// failures goes. Thread-safe; one for all shards.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "flowtoken/flow.h"
#include "registrar/binding.h"

namespace flowgate::digest {

using registrar::Instant;

struct BackoffOptions {
  unsigned address_failures = 20;             // that cost nothing
  unsigned user_failures = 5;                 //
  std::chrono::seconds address_longest{300};  // the longest wait
  std::chrono::seconds user_longest{30};      //
  std::size_t entries = 100'000;              // of addresses, and of users; less than 2^32
};

class Backoff {
 public:
  explicit Backoff(const BackoffOptions& options);

  // Who tries to be whom.
  class Attempt {
   public:
    Attempt(const Endpoint& source, std::string_view user);

   private:
    friend class Backoff;
    std::uint64_t address_, user_;  // their keys
  };

  // How long nothing is looked at that comes from there in that name; 0: it is.
  std::chrono::seconds wait(const Attempt& attempt, Instant now);
  void failed(const Attempt& attempt, Instant now);
  void succeeded(const Attempt& attempt, Instant now);

  // After so long without a failure all is forgotten.
  static constexpr std::chrono::minutes quiet{10};

 private:
  struct Entry {
    std::uint64_t good = 0;  // of a user: the address that he was let in from
    Instant last;            // the last failure or, without any, the success
    std::uint32_t failures = 0;
  };
  class Table {
   public:
    explicit Table(std::size_t entries);
    // The entry of the key as it is now; the caller holds mutex_of(key). `make`: in the place of another.
    Entry* find(std::uint64_t key, Instant now, bool make);
    std::mutex& mutex_of(std::uint64_t key) { return mutexes_[set_of(key) % kMutexes]; }

   private:
    static constexpr std::size_t kWays = 4, kMutexes = 64;
    // Its high half as a fraction of 2^32: a division would take longer than the rest of a look-up.
    std::size_t set_of(std::uint64_t key) const { return (key >> 32) * (keys_.size() / kWays) >> 32; }
    // Keyed hashes; 0: free. Apart from the entries, as most keys that are looked for have none.
    std::vector<std::uint64_t> keys_;
    std::vector<Entry> entries_;
    std::array<std::mutex, kMutexes> mutexes_;
  };

  BackoffOptions options_;
  Table addresses_, users_;
};

}  // namespace flowgate::digest
