#include "transport/tls_contexts.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509err.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

namespace flowgate::transport {
namespace {

using Path = std::filesystem::path;

constexpr long max_client_chain_bytes = 32'768;  // anyone may send one

[[noreturn]] void fail(const Path& file, const std::string& problem) {
  throw std::runtime_error(file.string() + ": " + problem);
}

std::string openssl_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason ? reason : "unknown error";
}

// So that "no such file" is told from "not PEM".
void check_readable(const Path& file) {
  struct Close {
    void operator()(std::FILE* open) const { static_cast<void>(std::fclose(open)); }
  };
  const std::unique_ptr<std::FILE, Close> open(std::fopen(file.c_str(), "re"));
  if (!open || (std::fgetc(open.get()) == EOF && std::ferror(open.get()))) fail(file, std::strerror(errno));
}

// Nobody is there to type a passphrase: only note that it was asked for.
int no_passphrase(char*, int, int, void* asked) {
  if (asked) *static_cast<bool*>(asked) = true;
  return -1;
}

void load_certificate(SSL_CTX* context, const Path& file) {
  check_readable(file);
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, file.c_str()) == 1) return;
  if (ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_PEM) fail(file, "no certificate in PEM form");
  fail(file, "cannot be used as certificate: " + openssl_reason());
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
    fail(file, "does not match the certificate in " + certificate.string());
  }
  if (asked) fail(file, "needs a passphrase");
  fail(file, "no private key in PEM form");
}

// RFC 5923 §9.2: "MUST ask for a client certificate". RFC 5922 §7.4: a client that has none is welcome all
// the same: the UAs. The CAs of the system are not asked: this one says whom we take for a peer.
void ask_for_client_certificates(SSL_CTX* context, const Path& ca) {
  check_readable(ca);
  ERR_clear_error();
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(ca.c_str());
  if (!names) fail(ca, "no certificate in PEM form");
  SSL_CTX_set_client_CA_list(context, names);
  if (SSL_CTX_load_verify_file(context, ca.c_str()) != 1)
    fail(ca, "cannot be used as CA: " + openssl_reason());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_max_cert_list(context, max_client_chain_bytes);
  // Sessions with a client certificate are resumed only where they are known to be ours.
  constexpr std::string_view ours = "flowgate";
  SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(ours.data()),
                                 static_cast<unsigned>(ours.size()));
}

std::shared_ptr<SSL_CTX> make_context(const SSL_METHOD* method, const Path& certificate, const Path& key) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(method), SSL_CTX_free);
  if (!context) throw std::runtime_error("TLS: " + openssl_reason());
  // RFC 9325 §3.1.1: nothing below TLS 1.2.
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // A peer that drops the connection without close_notify has just closed it: frames tell whole from torn
  // here.
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Sessions are resumed by tickets: nothing is kept here.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  load_certificate(context.get(), certificate);
  load_private_key(context.get(), key, certificate);
  return context;
}

}  // namespace

TlsContexts::TlsContexts(const Path& certificate, const Path& private_key, const Path& client_ca)
    : server_(make_context(TLS_server_method(), certificate, private_key)),
      client_(make_context(TLS_client_method(), certificate, private_key)) {
  SSL_CTX_set_verify(client_.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_default_verify_paths(client_.get());
  if (!client_ca.empty()) ask_for_client_certificates(server_.get(), client_ca);
}

}  // namespace flowgate::transport
