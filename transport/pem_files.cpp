#include "transport/pem_files.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509err.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

namespace flowgate::transport {
namespace {

using Path = std::filesystem::path;

// So that "no such file" is told from "not PEM".
void check_readable(const Path& file) {
  struct Close {
    void operator()(std::FILE* open) const { static_cast<void>(std::fclose(open)); }
  };
  const std::unique_ptr<std::FILE, Close> open(std::fopen(file.c_str(), "re"));
  if (!open || (std::fgetc(open.get()) == EOF && std::ferror(open.get())))
    fail_with(file, std::strerror(errno));
}

// Nobody is there to type a passphrase: only note that it was asked for.
int no_passphrase(char*, int, int, void* asked) {
  if (asked) *static_cast<bool*>(asked) = true;
  return -1;
}

}  // namespace

void fail_with(const Path& file, const std::string& problem) {
  throw std::runtime_error(file.string() + ": " + problem);
}

std::string openssl_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason ? reason : "unknown error";
}

void load_certificate(SSL_CTX* context, const Path& file) {
  check_readable(file);
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, file.c_str()) == 1) return;
  if (ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_PEM) fail_with(file, "no certificate in PEM form");
  fail_with(file, "cannot be used as certificate: " + openssl_reason());
}

void load_private_key(SSL_CTX* context, const Path& file, const Path& certificate) {
  check_readable(file);
  ERR_clear_error();
  bool asked = false;
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  SSL_CTX_set_default_passwd_cb_userdata(context, &asked);
  const bool loaded = SSL_CTX_use_PrivateKey_file(context, file.c_str(), SSL_FILETYPE_PEM) == 1;
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  if (loaded && SSL_CTX_check_private_key(context) == 1) return;
  const unsigned long error = ERR_peek_last_error();
  const int reason = ERR_GET_REASON(error);
  if (ERR_GET_LIB(error) == ERR_LIB_X509 &&
      (reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH)) {
    fail_with(file, "does not match the certificate in " + certificate.string());
  }
  if (asked) fail_with(file, "needs a passphrase");
  fail_with(file, "no private key in PEM form");
}

void load_client_ca(SSL_CTX* context, const Path& file) {
  check_readable(file);
  ERR_clear_error();
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(file.c_str());
  if (!names) fail_with(file, "no certificate in PEM form");
  SSL_CTX_set_client_CA_list(context, names);
  if (SSL_CTX_load_verify_file(context, file.c_str()) != 1)
    fail_with(file, "cannot be used as CA: " + openssl_reason());
}

std::string read_file(const Path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace flowgate::transport
