// Certificates and keys out of PEM files into a TLS context. All throw std::runtime_error with one line that
// names the file and says what is wrong with it.
#pragma once

#include <openssl/types.h>

#include <filesystem>
#include <string>

namespace flowgate::transport {

[[noreturn]] void fail_with(const std::filesystem::path& file, const std::string& problem);
std::string openssl_reason();

void load_certificate(SSL_CTX* context, const std::filesystem::path& file);
// `certificate`: loaded before; the key must match it.
void load_private_key(SSL_CTX* context, const std::filesystem::path& file,
                      const std::filesystem::path& certificate);
// The CAs whose client certificates are taken, and named to clients.
void load_client_ca(SSL_CTX* context, const std::filesystem::path& file);

// The whole file.
std::string read_file(const std::filesystem::path& file);

}  // namespace flowgate::transport
