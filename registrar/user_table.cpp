#include "registrar/user_table.h"

#include <utility>

namespace flowgate::registrar {

void UserTable::replace(std::vector<User> users) {
  const std::unique_lock lock{mutex_};
  by_name_.clear();
  by_aor_.clear();
  for (auto& lacking : lacking_) lacking = 0;
  for (User& user : users) insert(std::move(user));
}

void UserTable::put(User user) {
  const std::unique_lock lock{mutex_};
  insert(std::move(user));
}

void UserTable::remove(std::string_view name) {
  const std::unique_lock lock{mutex_};
  erase(name);
}

std::shared_ptr<const User> UserTable::find(std::string_view name) const {
  const std::shared_lock lock{mutex_};
  const auto entry = by_name_.find(name);
  return entry == by_name_.end() ? nullptr : entry->second;
}

std::shared_ptr<const User> UserTable::owner(std::string_view aor) const {
  const std::shared_lock lock{mutex_};
  if (const auto entry = by_aor_.find(aor); entry != by_aor_.end()) return entry->second;
  const auto entry = by_name_.find(aor.substr(0, aor.rfind('@')));
  return entry == by_name_.end() ? nullptr : entry->second;
}

std::vector<std::shared_ptr<const User>> UserTable::all() const {
  const std::shared_lock lock{mutex_};
  std::vector<std::shared_ptr<const User>> users;
  users.reserve(by_name_.size());
  for (const auto& [name, user] : by_name_) users.push_back(user);
  return users;
}

std::size_t UserTable::size() const {
  const std::shared_lock lock{mutex_};
  return by_name_.size();
}

void UserTable::insert(User user) {
  erase(user.name);
  const auto kept = std::make_shared<const User>(std::move(user));
  count(*kept, 1);
  for (const std::string& aor : kept->aors) by_aor_[aor] = kept;
  by_name_[kept->name] = kept;
}

void UserTable::erase(std::string_view name) {
  const auto entry = by_name_.find(name);
  if (entry == by_name_.end()) return;
  count(*entry->second, -1);
  for (const std::string& aor : entry->second->aors) {
    const auto further = by_aor_.find(aor);
    if (further != by_aor_.end() && further->second == entry->second) by_aor_.erase(further);
  }
  by_name_.erase(entry);
}

void UserTable::count(const User& user, int change) {
  if (!user.password.empty()) return;
  const std::array stored = {&user.ha1_md5, &user.ha1_sha256, &user.ha1_sha512_256};
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if (stored[i]->empty()) lacking_[i] += change;
  }
}

}  // namespace flowgate::registrar
