// A folder for a database, gone with its owner.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "registrar/sqlite_store.h"

namespace flowgate::registrar {

class StoreFolder {
 public:
  StoreFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "flowgate-store-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder: " + name);
    path_ = name;
  }
  ~StoreFolder() { std::filesystem::remove_all(path_); }
  StoreFolder(const StoreFolder&) = delete;
  StoreFolder& operator=(const StoreFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path database() const { return path_ / "flowgate.db"; }

  // The wall clock is `ahead` of where it is.
  SqliteStore::Options options(std::chrono::seconds ahead = {}) {
    return {database(), 100'000,
            [ahead] {
              return ClockReading{std::chrono::steady_clock::now(), std::chrono::system_clock::now() + ahead};
            },
            [this](std::string_view line) {
              const std::lock_guard lock{mutex_};
              reports_.emplace_back(line);
            }};
  }
  // As somebody else may: the first value of the last row.
  std::int64_t sql(const std::string& text) {
    sqlite3* handle = nullptr;
    std::int64_t number = -1;
    EXPECT_EQ(sqlite3_open(database().c_str(), &handle), SQLITE_OK);
    const auto first = [](void* into, int, char** values, char**) {
      *static_cast<std::int64_t*>(into) = values[0] == nullptr ? 0 : std::stoll(values[0]);
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(handle, text.c_str(), first, &number, nullptr), SQLITE_OK)
        << sqlite3_errmsg(handle);
    sqlite3_close(handle);
    return number;
  }
  std::vector<std::string> reports() {
    const std::lock_guard lock{mutex_};
    return reports_;
  }

 private:
  std::filesystem::path path_;
  std::mutex mutex_;
  std::vector<std::string> reports_;
};

}  // namespace flowgate::registrar
