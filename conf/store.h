// `registrar.store`: where bindings, and users without a users file, are kept.
#pragma once

#include <filesystem>
#include <string>
#include <variant>

#include "conf/redis.h"
#include "conf/section.h"

namespace flowgate::conf {

struct MemoryStore {};
struct SqliteStore {
  std::filesystem::path file;  // absolute
};
using Store = std::variant<MemoryStore, SqliteStore, Redis>;

// `folder`: what relative paths are relative to. Throws Error.
Store read_store(const Section& registrar, const std::filesystem::path& folder);

}  // namespace flowgate::conf
