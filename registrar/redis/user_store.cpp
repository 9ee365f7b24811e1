#include "registrar/redis/user_store.h"

#include <algorithm>
#include <charconv>
#include <future>
#include <map>
#include <memory>
#include <utility>

#include "registrar/redis/user_codec.h"

namespace flowgate::redis {

using boost::system::result;

result<Reply> UserStore::ask(Command command, bool durably) {
  const auto told = std::make_shared<std::promise<result<Reply>>>();
  auto reply = told->get_future();
  const auto tell = [told](result<Reply> given) { told->set_value(std::move(given)); };
  durably ? link_.call_durably(std::move(command), tell) : link_.call(std::move(command), tell);
  if (reply.wait_for(patience_) != std::future_status::ready) return make_error_code(Error::timeout);
  auto given = reply.get();
  if (given && given->is_error()) return make_error_code(Error::refused);
  return given;
}

result<std::uint64_t> UserStore::version() {
  const auto reply = ask({"GET", keys_.users_version});
  if (!reply) return reply.error();
  std::uint64_t version = 0;
  std::from_chars(reply->text.data(), reply->text.data() + reply->text.size(), version);
  return version + 1;  // 0 is what nobody has read yet
}

// A user may be told twice.
result<std::vector<registrar::User>> UserStore::list() {
  std::map<std::string, registrar::User> users;
  std::string cursor = "0";
  do {
    auto reply = ask({"HSCAN", keys_.users, cursor, "COUNT", "1000"});
    if (!reply) return reply.error();
    if (!reply->is_array(2)) return make_error_code(Error::protocol);
    const std::vector<Reply>& pairs = reply->items[1].items;
    for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
      auto user = decode_user(pairs[i].text, pairs[i + 1].text);
      if (!user) return make_error_code(Error::protocol);
      users.insert_or_assign(pairs[i].text, std::move(*user));
    }
    cursor = reply->items[0].text;
  } while (cursor != "0");
  std::vector<registrar::User> list;
  list.reserve(users.size());
  for (auto& [name, user] : users) list.push_back(std::move(user));
  return list;
}

result<void> UserStore::put(const registrar::User& user) {
  const auto known = update(user.name, encode_user(user));
  if (!known) return known.error();
  return {};
}

result<bool> UserStore::remove(std::string_view name) {
  return update(name, {});
}

result<bool> UserStore::update(std::string_view name, std::string octets) {
  const auto reply = ask({"EVAL", update_user().text, "2", keys_.users, keys_.users_version,
                          std::string(name), std::move(octets)},
                         true);
  if (!reply) return {boost::system::in_place_error, reply.error()};
  return reply->integer == 1;
}

}  // namespace flowgate::redis
