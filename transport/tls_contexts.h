// The TLS settings of the process: certificate, private key, versions (TLS 1.2 and 1.3). Immutable; shared by
// all shards. OpenSSL writes with write(2): the process must ignore SIGPIPE.
#pragma once

#include <openssl/types.h>

#include <filesystem>
#include <memory>

namespace flowgate::transport {

class TlsContexts {
 public:
  // `client_ca`: the CAs of the client certificates that the server asks for; empty: it asks for none. Throws
  // std::runtime_error with one line that names the file and says what is wrong with it.
  TlsContexts(const std::filesystem::path& certificate, const std::filesystem::path& private_key,
              const std::filesystem::path& client_ca = {});

  SSL_CTX* server() const { return server_.get(); }
  // For connections that we make: verifies the peer against the system's trust store. Shows the same
  // certificate to a peer that asks for one (RFC 3261 §26.3.2.1: mutual authentication between proxies).
  SSL_CTX* client() const { return client_.get(); }

 private:
  std::shared_ptr<SSL_CTX> server_, client_;
};

}  // namespace flowgate::transport
