// The TLS settings of the process: certificates, private keys, versions (TLS 1.2 and 1.3). Immutable; shared
// by all shards.
#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "transport/ticket_keys.h"

namespace flowgate::transport {

struct TlsFiles {
  std::filesystem::path certificate, private_key;
};

enum class ClientCertificates : std::uint8_t {
  none,      // clients are not asked
  optional,  // asked; one that does not verify ends the handshake
  required,  // none, too, ends it
};

struct TlsOptions {
  // At least one. A client that asks for a name that none bears, or for none, is shown the first.
  std::vector<TlsFiles> pairs;
  ClientCertificates client_certificates = ClientCertificates::none;
  std::filesystem::path client_ca{};  // of the client certificates, if they are asked for
  bool only_tls_1_3 = false;
};

class TlsContexts {
 public:
  // Throws std::runtime_error with one line that names the file and says what is wrong with it.
  explicit TlsContexts(const TlsOptions& options,
                       const std::shared_ptr<TicketKeys>& tickets = std::make_shared<TicketKeys>());

  SSL_CTX* server() const { return server_.get(); }
  // For connections that we make: verifies the peer against the system's trust store. Shows the first
  // certificate to a peer that asks for one (RFC 3261 §26.3.2.1: mutual authentication between proxies).
  SSL_CTX* client() const { return client_.get(); }

 private:
  std::shared_ptr<SSL_CTX> server_, client_;
};

}  // namespace flowgate::transport
