#include "registrar/digest/verifier.h"

#include <algorithm>

namespace flowgate::digest {

std::string_view stored_ha1(const registrar::User& user, Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::md5:
      return user.ha1_md5;
    case Algorithm::sha256:
      return user.ha1_sha256;
    case Algorithm::sha512_256:
      return user.ha1_sha512_256;
  }
  return {};
}

bool Verifier::verify(const sip::Credentials& credentials, Algorithm algorithm, std::string_view username,
                      std::string_view method, const registrar::User* user) {
  bool known = false;
  const HexHash secret = ha1(algorithm, username, user, known);
  const HexHash request = hash_(algorithm, {method, credentials.uri});
  // RFC 7616 §3.4.1; RFC 2617 §3.2.2.1 for what has no qop.
  const HexHash expected = credentials.qop.empty()
                               ? hash_(algorithm, {secret.text(), credentials.nonce, request.text()})
                               : hash_(algorithm, {secret.text(), credentials.nonce, credentials.nc,
                                                   credentials.cnonce, credentials.qop, request.text()});
  return same_digits(expected.text(), credentials.response) && known;
}

// A stored hash is that of the user's name alone: who adds a domain to his name has another one.
HexHash Verifier::ha1(Algorithm algorithm, std::string_view username, const registrar::User* user,
                      bool& known) {
  static const registrar::User nobody;
  const registrar::User& someone = user != nullptr ? *user : nobody;
  HexHash hash = hash_(algorithm, {username, realm_, someone.password});
  const std::string_view stored = stored_ha1(someone, algorithm);
  const bool use_stored = someone.password.empty() && stored.size() == hash.size && username == someone.name;
  if (use_stored) std::ranges::copy(stored, hash.digits.begin());
  known = !someone.password.empty() || use_stored;
  return hash;
}

}  // namespace flowgate::digest
