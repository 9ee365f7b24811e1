// A phone's connection to the server, TCP or TLS, with blocking calls. Throws std::runtime_error when
// anything is not as it should be.
#pragma once

#include <netinet/in.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

namespace flowgate::scaling {

struct FreeSession {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using Session = std::unique_ptr<SSL_SESSION, FreeSession>;

class Stream {
 public:
  // `context`: none, and it is TCP. `session`: one to resume, or none.
  Stream(const sockaddr_in& server, SSL_CTX* context, SSL_SESSION* session);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void write(std::string_view text);
  // At least one octet; valid until the next read().
  std::string_view read();
  // What has been read up to and with `end`.
  std::string read_until(std::string_view end);

  bool resumed() const;
  // To be resumed by another connection; a ticket for it comes with the first octets.
  Session session() const;
  // IP:PORT
  std::string local() const;

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  int fd_ = -1;
  std::unique_ptr<SSL, Free> ssl_;
  std::string buffer_;
};

}  // namespace flowgate::scaling
