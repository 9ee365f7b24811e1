// A file that holds a secret: readable by its owner alone, written whole or not at all.
#pragma once

#include <openssl/crypto.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace flowgate {

// Text that is taken off the heap when it goes out of scope.
struct SecretText {
  std::string text;

  SecretText() = default;
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  ~SecretText() { OPENSSL_cleanse(text.data(), text.size()); }
};

// Reads the whole file; false when there is none. Throws std::runtime_error with one line that names the file
// when it cannot be read, is not a regular file, is too long or is open to others than its owner.
[[nodiscard]] bool read_secret_file(const std::filesystem::path& file, SecretText& content);

// Makes the file, mode 0600, unless there is one already: of two processes that make it at once, one does. A
// crash leaves all of it or nothing. Throws std::runtime_error with one line that names the file.
void make_secret_file(const std::filesystem::path& file, std::string_view content);

// Throws what make_secret_file() would for want of a folder that may be written to; makes nothing.
void check_secret_file_can_be_made(const std::filesystem::path& file);

}  // namespace flowgate
