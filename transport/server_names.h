// Which certificate a client is shown: by the name that it asks for (SNI, RFC 6066 §3).
#pragma once

#include <openssl/types.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flowgate::transport {

// The DNS names in the certificate's subjectAltName, in lower case.
std::vector<std::string> dns_names(const X509* certificate);

class ServerNames {
 public:
  using Context = std::shared_ptr<SSL_CTX>;

  // Of two contexts for one name the first is taken.
  void add(const std::string& name, const Context& context);

  // RFC 6125 §6.4.3: "*.example.com" stands for any one label in front of ".example.com"; the name itself
  // comes first. Null: there is none.
  SSL_CTX* find(std::string_view name) const;

 private:
  std::map<std::string, Context, std::less<>> exact_;
  std::map<std::string, Context, std::less<>> wildcards_;  // without "*."
};

}  // namespace flowgate::transport
