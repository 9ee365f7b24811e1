#include "flowtoken/secret_file.h"

#include <fcntl.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <system_error>

#include "flowtoken/base64url.h"

namespace flowgate {
namespace {

constexpr std::size_t max_file_size = 16'384;

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
  throw std::runtime_error(file.string() + ": " + what);
}

[[noreturn]] void fail_errno(const std::filesystem::path& file, const std::string& what) {
  fail(file, what + ": " + std::generic_category().message(errno));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

// Takes the name of the temporary file away, whatever happened.
struct Unlink {
  const std::filesystem::path& path;
  ~Unlink() { ::unlink(path.c_str()); }
};

void read_all(const std::filesystem::path& file, const Descriptor& fd, std::string& text) {
  text.resize(max_file_size);
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(fd.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_errno(file, "cannot be read");
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size == text.size()) fail(file, "is longer than expected");
  text.resize(size);
}

void write_all(const std::filesystem::path& file, const Descriptor& fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd.get(), text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_errno(file, "cannot be written");
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::fsync(fd.get()) != 0) fail_errno(file, "cannot be written");
}

std::filesystem::path temporary_beside(const std::filesystem::path& file) {
  std::array<std::uint8_t, 9> octets;
  if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1) {
    fail(file, "the random source of OpenSSL fails");
  }
  std::string name = file.string() + ".";
  encode_base64url(octets, name);
  return name;
}

std::filesystem::path directory_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : ".";
}

void sync_directory_of(const std::filesystem::path& file) {
  const Descriptor fd(::open(directory_of(file).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) fail_errno(file, "cannot be made durable");
}

}  // namespace

bool read_secret_file(const std::filesystem::path& file, SecretText& content) {
  // O_NONBLOCK: a FIFO in its place must not hang the start.
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd && errno == ENOENT) return false;
  if (!fd) fail_errno(file, "cannot be opened");
  struct stat status;
  if (::fstat(fd.get(), &status) != 0) fail_errno(file, "cannot be read");
  if (!S_ISREG(status.st_mode)) fail(file, "is not a regular file");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    fail(file, "is open to others than its owner: expected mode 0600");
  }
  read_all(file, fd, content.text);
  return true;
}

// On the disk before it gets its name, by link(2), which unlike rename(2) never replaces a file.
void make_secret_file(const std::filesystem::path& file, std::string_view content) {
  const std::filesystem::path temporary = temporary_beside(file);
  const Descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd) fail_errno(file, "cannot be made");
  const Unlink unlink{temporary};
  write_all(file, fd, content);
  if (::link(temporary.c_str(), file.c_str()) != 0 && errno != EEXIST) fail_errno(file, "cannot be made");
  sync_directory_of(file);
}

void check_secret_file_can_be_made(const std::filesystem::path& file) {
  if (::faccessat(AT_FDCWD, directory_of(file).c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    fail_errno(file, "cannot be made");
  }
  // A link to nowhere has the name.
  struct stat status;
  if (::lstat(file.c_str(), &status) == 0) fail(file, "cannot be made");
}

}  // namespace flowgate
