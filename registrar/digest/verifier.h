// Is the response that of the user's password? RFC 7616 §3.4.1 to §3.4.3, for qop "auth" or none.
#pragma once

#include <string>
#include <string_view>

#include "registrar/digest/hash.h"
#include "registrar/user.h"
#include "sip/credentials.h"

namespace flowgate::digest {

// Not thread-safe: one per shard.
class Verifier {
 public:
  explicit Verifier(std::string realm) : realm_(std::move(realm)) {}

  // `username`: of the credentials, without backslashes. `user`: null when there is none of that name; that
  // takes as long as a wrong password. His HA1 for the algorithm has been made, when his password is known
  // (UserTable::make_hashes).
  bool verify(const sip::Credentials& credentials, Algorithm algorithm, std::string_view username,
              std::string_view method, const registrar::User* user);

 private:
  // What takes long depends on the name only, not on what the user has. "" for who has neither password nor
  // hash. A view of the user, or of `fresh`.
  std::string_view ha1(Algorithm algorithm, std::string_view username, const registrar::User* user,
                       HexHash& fresh);
  std::string_view ha2(Algorithm algorithm, std::string_view method, std::string_view uri);

  // Phones register by the same Request-URI, time after time.
  struct Request {
    Algorithm algorithm{};
    std::string method, uri;
    HexHash ha2;
  };

  std::string realm_;
  Hash hash_;
  Request last_;
};

}  // namespace flowgate::digest
