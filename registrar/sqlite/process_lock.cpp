#include "registrar/sqlite/process_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace flowgate::sqlite {

// Not the database itself: to close any descriptor of it would let go of the locks that SQLite has.
ProcessLock::ProcessLock(const std::filesystem::path& database) {
  const std::string file = database.string() + ".lock";
  descriptor_ = ::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor_ < 0) {
    throw std::runtime_error(file + ": cannot be made: " + std::generic_category().message(errno));
  }
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  ::close(descriptor_);
  throw std::runtime_error(database.string() + ": another flowgate is using it");
}

ProcessLock::~ProcessLock() {
  ::close(descriptor_);
}

}  // namespace flowgate::sqlite
