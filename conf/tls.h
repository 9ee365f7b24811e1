// The `tls:` section: where certificates and their keys are, and what is asked of clients.
#pragma once

#include <filesystem>
#include <vector>

#include "conf/listener.h"
#include "conf/section.h"

namespace flowgate::conf {

struct TlsPair {
  std::filesystem::path certificate, private_key;  // absolute
};

enum class ClientCertificates { none, optional, required };

struct Tls {
  // Absolute. Empty without a `tls:` section. With a tls or wss listener either both files exist and can be
  // read, or both are missing from folders that exist: make_missing_certificate() makes those.
  std::filesystem::path certificate, private_key;
  // Of the client certificates that tls and wss listeners ask for. Absolute, can be read with such a
  // listener; empty: they ask for none.
  std::filesystem::path client_ca;
  // `none` exactly when there is no client_ca.
  ClientCertificates client_certificates = ClientCertificates::none;
  // Besides the first one, for the names in them. With a tls or wss listener all files can be read.
  std::vector<TlsPair> more;
  bool only_tls_1_3 = false;
};

// `top`: the whole file; `listen`: what it listens on; `folder`: what relative paths are relative to. Throws
// Error.
Tls read_tls(const Section& top, const std::vector<Listener>& listen, const std::filesystem::path& folder);

}  // namespace flowgate::conf
