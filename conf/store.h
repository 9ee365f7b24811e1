// `registrar.store`: where bindings, and users without a users file, are kept.
#pragma once

#include <filesystem>
#include <string>
#include <variant>

#include "conf/section.h"

namespace flowgate::conf {

struct MemoryStore {};
struct SqliteStore {
  std::filesystem::path file;  // absolute
};
struct RedisStore {
  std::string url;  // as written: redis://HOST:PORT/DB
};
using Store = std::variant<MemoryStore, SqliteStore, RedisStore>;

// `folder`: what relative paths are relative to. Throws Error.
Store read_store(const Section& registrar, const std::filesystem::path& folder);

}  // namespace flowgate::conf
