// A folder for a database, gone with its owner.
#pragma once

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
