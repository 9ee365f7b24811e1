#include "transport/tls_session.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <cassert>
#include <string>

#include "transport/sip_identities.h"
#include "transport/socket.h"
#include "transport/socket_bio.h"

namespace flowgate::transport {
namespace {

// The certificate of a server, once its chain is trusted, must be for the domain that we asked it for: what
// OpenSSL would look for by itself is what RFC 6125 has for the Web, not RFC 5922 §7.
int check_domain(int trusted, X509_STORE_CTX* store) {
  if (trusted != 1 || X509_STORE_CTX_get_error_depth(store) != 0) return trusted;
  const void* ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
  const char* domain = SSL_get_servername(static_cast<const SSL*>(ssl), TLSEXT_NAMETYPE_host_name);
  const auto identities = sip_identities(X509_STORE_CTX_get_current_cert(store));
  if (domain && std::find(identities.begin(), identities.end(), identity_of(domain)) != identities.end())
    return 1;
  X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
  return 0;
}

// An address is no domain, and RFC 5922 does not speak of it: the certificate must have it as an address.
bool expect_name(SSL* ssl, const std::string& name) {
  if (Endpoint::from(name, 0)) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
  SSL_set_verify(ssl, SSL_VERIFY_PEER, check_domain);
  return SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

boost::system::error_code reason_of(int ssl_error) {
  const unsigned long code = ERR_peek_error();
  if (code != 0) return {static_cast<int>(code), boost::asio::error::get_ssl_category()};
  if (ssl_error == SSL_ERROR_SYSCALL && errno != 0) return last_error();
  return boost::asio::error::connection_reset;
}

// SSL_get_error(3): "The current thread's error queue must be empty before the TLS/SSL I/O operation is
// attempted". It is, as a rule: to look is a tenth of the work of clearing it.
void forget_errors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

}  // namespace

TlsSession TlsSession::server(SSL_CTX* context, int fd) {
  TlsSession session = on(context, fd);
  if (session) SSL_set_accept_state(session.ssl_.get());
  return session;
}

TlsSession TlsSession::client(SSL_CTX* context, int fd, std::string_view name) {
  TlsSession session = on(context, fd);
  // An empty name would be no check at all.
  if (!session || name.empty() || !expect_name(session.ssl_.get(), std::string(name))) return {};
  SSL_set_connect_state(session.ssl_.get());
  return session;
}

TlsSession TlsSession::on(SSL_CTX* context, int fd) {
  TlsSession session;
  session.ssl_.reset(SSL_new(context));
  BIO* bio = session ? make_socket_bio(fd) : nullptr;
  if (!bio) return {};
  SSL_set_bio(session.ssl_.get(), bio, bio);
  return session;
}

void TlsSession::note_readable() {
  transport::note_readable(SSL_get_rbio(ssl_.get()));
}

// The last flight of TLS 1.3, the ticket or the client's Finished, has an answer or a request behind it as a
// rule: both leave in one segment. The first flight never has.
IoStatus TlsSession::handshake(boost::system::error_code& error) {
  BIO* bio = SSL_get_wbio(ssl_.get());
  forget_errors();
  errno = 0;
  if (SSL_in_before(ssl_.get()) == 0) write_before(bio, Follows::more);
  const int result = SSL_do_handshake(ssl_.get());
  write_before(bio, Follows::nothing);
  if (result == 1) return IoStatus::done;
  const IoStatus status = status_of(result);
  if (status == IoStatus::closed) {
    error = reason_of(SSL_get_error(ssl_.get(), result));
    push();  // the alert
  }
  return status;
}

void TlsSession::push() {
  transport::push(SSL_get_wbio(ssl_.get()));
}

Io TlsSession::read(std::span<char> buffer) {
  forget_errors();
  std::size_t octets = 0;
  const int result = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &octets);
  if (result != 1) return {status_of(result)};
  const bool more = SSL_has_pending(ssl_.get()) == 1 || may_bring_more(SSL_get_rbio(ssl_.get()));
  return {IoStatus::done, octets, more};
}

Io TlsSession::write(std::string_view text) {
  forget_errors();
  std::size_t octets = 0;
  const int result = SSL_write_ex(ssl_.get(), text.data(), text.size(), &octets);
  if (result != 1) return {status_of(result)};
  return {IoStatus::done, octets};
}

void TlsSession::close_notify() {
  if (broken_) return;
  forget_errors();
  SSL_shutdown(ssl_.get());
  forget_errors();
}

bool TlsSession::peer_is_verified() const {
  return SSL_get0_peer_certificate(ssl_.get()) != nullptr &&
         (SSL_get_verify_mode(ssl_.get()) & SSL_VERIFY_PEER) != 0 &&
         SSL_get_verify_result(ssl_.get()) == X509_V_OK;
}

std::vector<std::string> TlsSession::peer_identities() const {
  assert(peer_is_verified());
  return sip_identities(SSL_get0_peer_certificate(ssl_.get()));
}

bool TlsSession::mid_record() const {
  return SSL_has_pending(ssl_.get()) == 1 || std::string_view(SSL_rstate_string(ssl_.get())) == "RB";
}

IoStatus TlsSession::status_of(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return IoStatus::want_read;
    case SSL_ERROR_WANT_WRITE:
      return IoStatus::want_write;
    case SSL_ERROR_ZERO_RETURN:
      return IoStatus::closed;
    default:
      broken_ = true;
      return IoStatus::closed;
  }
}

}  // namespace flowgate::transport
