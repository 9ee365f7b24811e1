// TLS on one nonblocking socket. OpenSSL reads ahead, whatever the socket has, and gives its buffers back
// when they are empty (SSL_MODE_RELEASE_BUFFERS), so that an idle session holds none.
#pragma once

#include <openssl/ssl.h>

#include <boost/system/error_code.hpp>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flowtoken/flow.h"
#include "transport/stream_io.h"

namespace flowgate::transport {

class TlsSession {
 public:
  TlsSession() = default;  // none: plain TCP
  // Empty when out of memory.
  static TlsSession server(SSL_CTX* context, int fd);
  // `name`: a domain or an IP literal that the certificate of the peer must bear.
  static TlsSession client(SSL_CTX* context, int fd, std::string_view name);

  explicit operator bool() const { return ssl_ != nullptr; }

  // The socket has become readable: to be called before what follows from that.
  void note_readable();

  // done, or what to wait for, or closed with the reason in `error`. What it writes last waits for what
  // follows at once, or for push().
  IoStatus handshake(boost::system::error_code& error);
  void push();
  Io read(std::span<char> buffer);
  Io write(std::string_view text);
  // Tells the peer that no more will come (RFC 8446 §6.1), if it can be told at once. Nothing may be half
  // written.
  void close_notify();

  // The peer showed a certificate, and it verified.
  bool peer_is_verified() const;
  // The SIP identities in it (RFC 5922 §7.1). Only of a verified peer.
  std::vector<std::string> peer_identities() const;

  // The front of a record is here, and a buffer is held for the rest.
  bool mid_record() const;

 private:
  static TlsSession on(SSL_CTX* context, int fd);
  IoStatus status_of(int result);

  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  std::unique_ptr<SSL, Free> ssl_;
  bool broken_ = false;  // nothing may be written any more, not even an alert
};

}  // namespace flowgate::transport
