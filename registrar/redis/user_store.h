// The users in Redis, shared by all nodes.
#pragma once

#include <chrono>
#include <string>

#include "registrar/redis/link.h"
#include "registrar/redis/scripts.h"
#include "registrar/user_store.h"

namespace flowgate::redis {

// Each call waits for the server, never longer than `patience`; not to be called on the link's thread.
class UserStore : public registrar::UserStore {
 public:
  // The link must outlive it, and must not call back after it.
  UserStore(Link& link, const std::string& prefix, std::chrono::milliseconds patience)
      : link_(link), keys_(prefix), patience_(patience) {}

  boost::system::result<std::uint64_t> version() override;
  boost::system::result<std::vector<registrar::User>> list() override;
  boost::system::result<void> put(const registrar::User& user) override;
  boost::system::result<bool> remove(std::string_view name) override;

 private:
  boost::system::result<Reply> ask(Command command, bool durably = false);
  boost::system::result<bool> update(std::string_view name, std::string octets);

  Link& link_;
  const Keys keys_;
  std::chrono::milliseconds patience_;
};

}  // namespace flowgate::redis
