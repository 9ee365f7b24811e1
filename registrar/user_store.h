// Where users are kept when no users file says who exists.
//
// Synchronous, and may wait for a disk or a network: for the command line, and for whoever fills the
// UserTable, never on a shard's thread. One thread at a time.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string_view>
#include <vector>

#include "registrar/user.h"

namespace flowgate::registrar {

class UserStore {
 public:
  virtual ~UserStore() = default;

  // Grows with each change of a user, whoever makes it, in whichever process.
  [[nodiscard]] virtual boost::system::result<std::uint64_t> version() = 0;
  // All users, by name.
  [[nodiscard]] virtual boost::system::result<std::vector<User>> list() = 0;
  // Adds the user, or replaces the one of that name.
  [[nodiscard]] virtual boost::system::result<void> put(const User& user) = 0;
  // False: there was no such user.
  [[nodiscard]] virtual boost::system::result<bool> remove(std::string_view name) = 0;
};

}  // namespace flowgate::registrar
