// All users, in memory: from the users file, or from the store that keeps them.
//
// Thread-safe. What find() returns is a copy or shared, and lives on when the table changes.
#pragma once

#include <array>
#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "flowtoken/keyed_hash.h"
#include "registrar/digest/algorithm.h"
#include "registrar/user.h"

namespace flowgate::registrar {

class UserTable {
 public:
  // Only these, from now on.
  void replace(std::vector<User> users);
  void put(User user);
  void remove(std::string_view name);

  // Null: there is no such user.
  std::shared_ptr<const User> find(std::string_view name) const;
  // Whose AOR it is, own or further; `aor` as Domains::aor() makes it. Null: nobody's.
  std::shared_ptr<const User> owner(std::string_view aor) const;
  std::vector<std::shared_ptr<const User>> all() const;
  std::size_t size() const;
  // Can each of them authenticate by that algorithm?
  bool all_know(digest::Algorithm algorithm) const {
    return lacking_[static_cast<std::size_t>(algorithm)].load(std::memory_order_relaxed) == 0;
  }

 private:
  using Map = boost::unordered_flat_map<std::string, std::shared_ptr<const User>, KeyedHash, std::equal_to<>>;
  void insert(User user);
  void erase(std::string_view name);
  void count(const User& user, int change);

  mutable std::shared_mutex mutex_;
  Map by_name_;
  Map by_aor_;  // the further ones
  std::array<std::atomic<std::ptrdiff_t>, digest::algorithm_count>
      lacking_{};  // users without password and hash
};

}  // namespace flowgate::registrar
