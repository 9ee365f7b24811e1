#include "conf/store.h"

#include <string_view>

namespace flowgate::conf {

Store read_store(const Section& registrar, const std::filesystem::path& folder) {
  constexpr std::string_view expected = "memory, sqlite:PATH or redis://HOST:PORT/DB";
  constexpr std::string_view sqlite = "sqlite:";
  const auto value = registrar.find("store");
  const std::string_view text = value ? std::string_view(value->text(expected)) : "memory";
  if (is_redis_url(text)) return read_redis(registrar, *value, folder);
  refuse_redis(registrar);
  if (text == "memory") return MemoryStore{};
  if (text.starts_with(sqlite) && text.size() > sqlite.size()) {
    SqliteStore store{(folder / text.substr(sqlite.size())).lexically_normal()};
    value->check_folder(store.file);
    return store;
  }
  value->expected(expected);
}

}  // namespace flowgate::conf
