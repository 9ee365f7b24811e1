#include "transport/tls_contexts.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>

#include <array>
#include <stdexcept>
#include <string>

#include "transport/context_data.h"
#include "transport/pem_files.h"
#include "transport/server_names.h"

namespace flowgate::transport {
namespace {

using Context = std::shared_ptr<SSL_CTX>;

constexpr long max_client_chain_bytes = 32'768;  // anyone may send one

// RFC 5923 §9.2: "MUST ask for a client certificate". RFC 5922 §7.4: a client that has none is welcome all
// the same: the UAs; unless the configuration wants one of everybody. The CAs of the system are not asked:
// this one says whom we take for a peer.
void ask_for_client_certificates(SSL_CTX* context, const TlsOptions& options) {
  if (options.client_certificates == ClientCertificates::none) return;
  load_client_ca(context, options.client_ca);
  const bool required = options.client_certificates == ClientCertificates::required;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
  SSL_CTX_set_max_cert_list(context, max_client_chain_bytes);
}

// 128 bits are as much as the key exchange has (X25519, P-256), and SHA-256 has instructions of its own in
// the processors of today, SHA-384 has none: a handshake takes some hundred blocks of it. RFC 8446 §9.1 has
// TLS_AES_128_GCM_SHA256 as the one that everybody MUST implement. A client that would rather have ChaCha20
// has no AES in its hardware, and gets it.
void prefer_ciphers(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  if (SSL_CTX_set_ciphersuites(
          context, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") != 1 ||
      SSL_CTX_set_cipher_list(context, "ECDHE+AES128+AESGCM:ALL:!COMPLEMENTOFDEFAULT:!eNULL") != 1) {
    throw std::runtime_error("TLS: " + openssl_reason());
  }
}

// A session is resumed only where its client would be let in anew: a ticket speaks for the certificate that
// was shown before. So the session's context is what decides about client certificates.
void name_session_context(SSL_CTX* context, const TlsOptions& options) {
  std::string text = "flowgate";
  text += static_cast<char>('0' + static_cast<int>(options.client_certificates));
  if (options.client_certificates != ClientCertificates::none) text += read_file(options.client_ca);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  std::size_t size = 0;
  if (EVP_Q_digest(nullptr, "SHA256", nullptr, text.data(), text.size(), digest.data(), &size) != 1 ||
      SSL_CTX_set_session_id_context(context, digest.data(), static_cast<unsigned>(size)) != 1) {
    throw std::runtime_error("TLS: " + openssl_reason());
  }
}

Context make_context(const SSL_METHOD* method, const TlsFiles& files, const TlsOptions& options) {
  Context context(SSL_CTX_new(method), SSL_CTX_free);
  if (!context) throw std::runtime_error("TLS: " + openssl_reason());
  SSL_CTX_set_min_proto_version(context.get(), options.only_tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
  // A peer that drops the connection without close_notify has just closed it: frames tell whole from torn
  // here.
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Else each record takes two system calls, one for its header and one for the rest.
  SSL_CTX_set_read_ahead(context.get(), 1);
  // Sessions are resumed by tickets: nothing is kept here.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  load_certificate(context.get(), files.certificate);
  load_private_key(context.get(), files.private_key, files.certificate);
  return context;
}

// RFC 6066 §3: a name that is not known is no reason to end the handshake: the client sees the first
// certificate and decides.
int choose_certificate(SSL* ssl, int*, void* names) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  SSL_CTX* context = name ? static_cast<const ServerNames*>(names)->find(name) : nullptr;
  if (context) SSL_set_SSL_CTX(ssl, context);
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

TlsContexts::TlsContexts(const TlsOptions& options, const std::shared_ptr<TicketKeys>& tickets) {
  const auto names = std::make_shared<ServerNames>();
  for (const TlsFiles& files : options.pairs) {
    const Context context = make_context(TLS_server_method(), files, options);
    prefer_ciphers(context.get());
    ask_for_client_certificates(context.get(), options);
    name_session_context(context.get(), options);
    tickets->use_in(context.get());
    const auto borne = dns_names(SSL_CTX_get0_certificate(context.get()));
    if (server_ && borne.empty()) fail_with(files.certificate, "has no DNS name in its subjectAltName");
    if (!server_) server_ = context;
    // The first one keeps the names: it must not keep itself.
    const Context known = context == server_ ? Context(Context(), context.get()) : context;
    for (const std::string& name : borne) names->add(name, known);
  }
  if (options.pairs.size() > 1) {
    ContextData<ServerNames>::put(server_.get(), names);
    SSL_CTX_set_tlsext_servername_callback(server_.get(), choose_certificate);
    SSL_CTX_set_tlsext_servername_arg(server_.get(), names.get());
  }
  client_ = make_context(TLS_client_method(), options.pairs.front(), options);
  SSL_CTX_set_verify(client_.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_default_verify_paths(client_.get());
}

}  // namespace flowgate::transport
