// One flowgate for one database: what it keeps in memory would not follow what another one writes.
#pragma once

#include <filesystem>

namespace flowgate::sqlite {

// Holds FILE.lock until it goes, or the process does. Commands that change users do without it.
class ProcessLock {
 public:
  // Throws std::runtime_error with one line that names the file, when another process has it, too.
  explicit ProcessLock(const std::filesystem::path& database);
  // Throws as the constructor does when FILE.lock cannot be made or opened; whoever has it. Makes nothing.
  static void check(const std::filesystem::path& database);
  ~ProcessLock();
  ProcessLock(const ProcessLock&) = delete;
  ProcessLock& operator=(const ProcessLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace flowgate::sqlite
