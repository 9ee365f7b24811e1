#include "registrar/user_table.h"

#include <utility>

#include "registrar/ha1.h"

namespace flowgate::registrar {

// Nobody waits while it is made.
void UserTable::replace(std::vector<User> users) {
  const std::scoped_lock changing{changing_};
  Index index;
  index.by_name.reserve(users.size());
  for (User& user : users) {
    hash_password(user);
    index.insert(std::move(user));
  }
  publish(std::move(index));
}

void UserTable::put(User user) {
  const std::scoped_lock changing{changing_};
  hash_password(user);
  const std::scoped_lock lock{reading_};
  index_.insert(std::move(user));
  tell();
}

void UserTable::remove(std::string_view name) {
  const std::scoped_lock changing{changing_};
  const std::scoped_lock lock{reading_};
  index_.erase(name);
  tell();
}

void UserTable::make_hashes(std::string realm, std::vector<digest::Algorithm> algorithms) {
  const std::scoped_lock changing{changing_};
  realm_.emplace(Realm{std::move(realm), std::move(algorithms), {}});
  Index index;
  index.by_name.reserve(index_.by_name.size());
  for (const auto& [name, user] : index_.by_name) {
    User hashed = *user;
    hash_password(hashed);
    index.insert(std::move(hashed));
  }
  for (const auto& [aor, user] : index_.by_aor) index.by_aor[aor] = index.by_name.find(user->name)->second;
  publish(std::move(index));
}

std::shared_ptr<const User> UserTable::find(std::string_view name) const {
  const auto lock = reading_.read();
  const auto entry = index_.by_name.find(name);
  return entry == index_.by_name.end() ? nullptr : entry->second;
}

std::shared_ptr<const User> UserTable::owner(std::string_view aor) const {
  const auto lock = reading_.read();
  const auto* owner = index_.owner(aor);
  return owner == nullptr ? nullptr : *owner;
}

bool UserTable::has_owner(std::string_view aor) const {
  const auto lock = reading_.read();
  return index_.owner(aor) != nullptr;
}

bool UserTable::is_owner(std::string_view aor, const User& user) const {
  const auto lock = reading_.read();
  const auto* owner = index_.owner(aor);
  return owner != nullptr && (*owner)->name == user.name;
}

std::vector<std::shared_ptr<const User>> UserTable::all() const {
  const auto lock = reading_.read();
  std::vector<std::shared_ptr<const User>> users;
  users.reserve(index_.by_name.size());
  for (const auto& [name, user] : index_.by_name) users.push_back(user);
  return users;
}

std::size_t UserTable::size() const {
  const auto lock = reading_.read();
  return index_.by_name.size();
}

void UserTable::hash_password(User& user) {
  if (!realm_ || user.password.empty()) return;
  for (const digest::Algorithm algorithm : realm_->algorithms)
    set_ha1(user, algorithm, realm_->name, user.password, realm_->hash);
}

// What was there goes when nobody waits any more.
void UserTable::publish(Index index) {
  {
    const std::scoped_lock lock{reading_};
    std::swap(index_, index);
    tell();
  }
}

void UserTable::tell() {
  for (std::size_t i = 0; i < lacking_.size(); ++i)
    lacking_[i].store(index_.lacking[i], std::memory_order_relaxed);
  further_.store(!index_.by_aor.empty(), std::memory_order_relaxed);
}

void UserTable::Index::insert(User user) {
  erase(user.name);
  const auto kept = std::make_shared<const User>(std::move(user));
  count(*kept, 1);
  for (const std::string& aor : kept->aors) by_aor[aor] = kept;
  by_name[kept->name] = kept;
}

void UserTable::Index::erase(std::string_view name) {
  const auto entry = by_name.find(name);
  if (entry == by_name.end()) return;
  count(*entry->second, -1);
  for (const std::string& aor : entry->second->aors) {
    const auto further = by_aor.find(aor);
    if (further != by_aor.end() && further->second == entry->second) by_aor.erase(further);
  }
  by_name.erase(entry);
}

void UserTable::Index::count(const User& user, int change) {
  if (!user.password.empty()) return;
  const std::array stored = {&user.ha1_md5, &user.ha1_sha256, &user.ha1_sha512_256};
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if (stored[i]->empty()) lacking[i] += change;
  }
}

const std::shared_ptr<const User>* UserTable::Index::owner(std::string_view aor) const {
  if (!by_aor.empty()) {
    if (const auto entry = by_aor.find(aor); entry != by_aor.end()) return &entry->second;
  }
  const auto entry = by_name.find(aor.substr(0, aor.rfind('@')));
  return entry == by_name.end() ? nullptr : &entry->second;
}

}  // namespace flowgate::registrar
