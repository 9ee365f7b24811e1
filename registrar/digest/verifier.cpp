#include "registrar/digest/verifier.h"

#include "registrar/ha1.h"

namespace flowgate::digest {

bool Verifier::verify(const sip::Credentials& credentials, Algorithm algorithm, std::string_view username,
                      std::string_view method, const registrar::User* user) {
  static constexpr std::array<char, 64> nobodys{};
  HexHash fresh;
  const std::string_view known = ha1(algorithm, username, user, fresh);
  const std::string_view secret =
      known.empty() ? std::string_view{nobodys.data(), hex_digits(algorithm)} : known;
  const std::string_view request = ha2(algorithm, method, credentials.uri);
  // RFC 7616 §3.4.1; RFC 2617 §3.2.2.1 for what has no qop.
  const bool right = credentials.qop.empty()
                         ? hash_.is(credentials.response, algorithm, {secret, credentials.nonce, request})
                         : hash_.is(credentials.response, algorithm,
                                    {secret, credentials.nonce, credentials.nc, credentials.cnonce,
                                     credentials.qop, request});
  return right && !known.empty();
}

// A stored hash is that of the user's name alone: who adds a domain to his name has another one.
std::string_view Verifier::ha1(Algorithm algorithm, std::string_view username, const registrar::User* user,
                               HexHash& fresh) {
  static const registrar::User nobody;
  const registrar::User& someone = user != nullptr ? *user : nobody;
  const std::string& stored = ha1_of(someone, algorithm);
  const bool use_stored = stored.size() == hex_digits(algorithm) && username == someone.name;
  if (username.find('@') != username.npos) {
    fresh = hash_(algorithm, {username, realm_, someone.password});
    if (!someone.password.empty()) return fresh.text();
  }
  return use_stored ? std::string_view{stored} : std::string_view{};
}

std::string_view Verifier::ha2(Algorithm algorithm, std::string_view method, std::string_view uri) {
  if (last_.algorithm != algorithm || last_.uri != uri || last_.method != method) {
    last_.algorithm = algorithm;
    last_.method = method;
    last_.uri = uri;
    last_.ha2 = hash_(algorithm, {method, uri});
  }
  return last_.ha2.text();
}

}  // namespace flowgate::digest
