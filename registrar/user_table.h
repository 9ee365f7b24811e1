// All users, in memory: from the users file, or from the store that keeps them.
//
// Thread-safe. What find() returns is shared, and lives on when the table changes.
#pragma once

#include <array>
#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowtoken/keyed_hash.h"
#include "registrar/digest/hash.h"
#include "registrar/reader_lock.h"
#include "registrar/user.h"

namespace flowgate::registrar {

class UserTable {
 public:
  // Only these, from now on.
  void replace(std::vector<User> users);
  void put(User user);
  void remove(std::string_view name);
  // From now on, and for those who are there: who has a password has its HA1s in that realm, too. They are
  // made here, once, so that no request pays for them. Throws std::runtime_error as digest::Hash does.
  void make_hashes(std::string realm, std::vector<digest::Algorithm> algorithms);

  // Null: there is no such user.
  std::shared_ptr<const User> find(std::string_view name) const;
  // Whose AOR it is, own or further; `aor` as Domains::aor() makes it. Null: nobody's.
  std::shared_ptr<const User> owner(std::string_view aor) const;
  // Is it somebody's; is it that user's.
  bool has_owner(std::string_view aor) const;
  bool is_owner(std::string_view aor, const User& user) const;
  // Has anybody an AOR beside that of his name?
  bool has_further_aors() const { return further_.load(std::memory_order_relaxed); }
  std::vector<std::shared_ptr<const User>> all() const;
  std::size_t size() const;
  // How many of them cannot authenticate by that algorithm, having neither a password nor a hash for it.
  std::size_t lacking(digest::Algorithm algorithm) const {
    const std::ptrdiff_t users =
        lacking_[static_cast<std::size_t>(algorithm)].load(std::memory_order_relaxed);
    return static_cast<std::size_t>(users);
  }
  bool all_know(digest::Algorithm algorithm) const { return lacking(algorithm) == 0; }

 private:
  using Map = boost::unordered_flat_map<std::string, std::shared_ptr<const User>, KeyedHash, std::equal_to<>>;
  struct Index {
    Map by_name;
    Map by_aor;                                                     // the further ones
    std::array<std::ptrdiff_t, digest::algorithm_count> lacking{};  // users without password and hash

    void insert(User user);
    void erase(std::string_view name);
    void count(const User& user, int change);
    const std::shared_ptr<const User>* owner(std::string_view aor) const;
  };
  struct Realm {
    std::string name;
    std::vector<digest::Algorithm> algorithms;
    digest::Hash hash;
  };
  void hash_password(User& user);
  void publish(Index index);
  void tell();

  std::mutex changing_;         // one change at a time
  std::optional<Realm> realm_;  // whoever changes something looks at it
  mutable ReaderLock reading_;
  Index index_;
  // Of index_, to be looked at without the lock.
  std::array<std::atomic<std::ptrdiff_t>, digest::algorithm_count> lacking_{};
  std::atomic<bool> further_{false};
};

}  // namespace flowgate::registrar
