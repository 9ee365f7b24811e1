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
  // takes as long as a wrong password.
  bool verify(const sip::Credentials& credentials, Algorithm algorithm, std::string_view username,
              std::string_view method, const registrar::User* user);

 private:
  // Takes as long whatever the user has. Nothing that verifies for a user without password and hash.
  HexHash ha1(Algorithm algorithm, std::string_view username, const registrar::User* user, bool& known);

  std::string realm_;
  Hash hash_;
};

// The hash that is stored for the user instead of a password; "" when there is none.
std::string_view stored_ha1(const registrar::User& user, Algorithm algorithm);

}  // namespace flowgate::digest
