#include "conf/store.h"

#include <string_view>

namespace flowgate::conf {

Store read_store(const Section& registrar, const std::filesystem::path& folder) {
  constexpr std::string_view expected = "memory, sqlite:PATH or redis://HOST:PORT/DB";
  constexpr std::string_view sqlite = "sqlite:", redis = "redis://";
  const auto value = registrar.find("store");
  if (!value || value->text(expected) == "memory") return MemoryStore{};
  const std::string_view text = value->text(expected);
  if (text.starts_with(sqlite) && text.size() > sqlite.size()) {
    return SqliteStore{(folder / text.substr(sqlite.size())).lexically_normal()};
  }
  if (text.starts_with(redis) && text.size() > redis.size()) return RedisStore{std::string(text)};
  value->expected(expected);
}

}  // namespace flowgate::conf
