// A TLS client of OpenSSL's own, on a socket of ours, to do what a Transport does not. It trusts everybody.
#pragma once

#include <openssl/ssl.h>
#include <sys/socket.h>

#include "loopback.h"

namespace flowgate::transport {

class RawTlsClient {
 public:
  // `name`: to be asked for; "": none.
  RawTlsClient(Edge& server, const Endpoint& remote, SSL_CTX* context, SSL_SESSION* resumed = nullptr,
               const std::string& name = "")
      : server_(server), peer_(Peer::tcp(server, remote)), ssl_(SSL_new(context)) {
    ::setsockopt(peer_.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience_, sizeof patience_);
    SSL_set_fd(ssl_, peer_.fd());
    SSL_set_verify(ssl_, SSL_VERIFY_NONE, nullptr);
    if (resumed) SSL_set_session(ssl_, resumed);
    if (!name.empty()) SSL_set_tlsext_host_name(ssl_, name.c_str());
    SSL_set_connect_state(ssl_);
    server_.run_until([&] {
      const int result = SSL_do_handshake(ssl_);
      return result == 1 || SSL_get_error(ssl_, result) != SSL_ERROR_WANT_READ;
    });
  }
  ~RawTlsClient() { SSL_free(ssl_); }
  RawTlsClient(const RawTlsClient&) = delete;

  SSL* ssl() const { return ssl_; }
  Peer& peer() { return peer_; }

  // What has come, once there are `size` octets.
  std::string read(std::size_t size) {
    std::string octets;
    server_.run_until([&] {
      char buffer[4096];
      const int count = SSL_read(ssl_, buffer, sizeof buffer);
      if (count > 0) octets.append(buffer, static_cast<std::size_t>(count));
      return octets.size() >= size;
    });
    return octets;
  }

 private:
  static constexpr timeval patience_{0, 1000};
  Edge& server_;
  Peer peer_;
  SSL* ssl_;
};

}  // namespace flowgate::transport
