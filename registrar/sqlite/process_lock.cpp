#include "registrar/sqlite/process_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace flowgate::sqlite {
namespace {

std::string file_for(const std::filesystem::path& database) {
  return database.string() + ".lock";
}

[[noreturn]] void fail(const std::string& file) {
  throw std::runtime_error(file + ": cannot be made: " + std::generic_category().message(errno));
}

}  // namespace

// Not the database itself: to close any descriptor of it would let go of the locks that SQLite has.
ProcessLock::ProcessLock(const std::filesystem::path& database) {
  const std::string file = file_for(database);
  descriptor_ = ::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor_ < 0) fail(file);
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  ::close(descriptor_);
  throw std::runtime_error(database.string() + ": another flowgate is using it");
}

void ProcessLock::check(const std::filesystem::path& database) {
  const std::string file = file_for(database);
  if (::faccessat(AT_FDCWD, file.c_str(), R_OK | W_OK, AT_EACCESS) == 0) return;
  const std::string folder = database.parent_path().string();
  if (errno != ENOENT || ::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0) fail(file);
}

ProcessLock::~ProcessLock() {
  ::close(descriptor_);
}

}  // namespace flowgate::sqlite
