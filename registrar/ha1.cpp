#include "registrar/ha1.h"

namespace flowgate::registrar {
namespace {

using digest::Algorithm;

// Of a const User or another.
template <class AnyUser>
auto& ha1_in(AnyUser& user, Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::md5:
      return user.ha1_md5;
    case Algorithm::sha256:
      return user.ha1_sha256;
    case Algorithm::sha512_256:
      break;
  }
  return user.ha1_sha512_256;
}

}  // namespace

const std::string& ha1_of(const User& user, Algorithm algorithm) {
  return ha1_in(user, algorithm);
}

void set_ha1(User& user, Algorithm algorithm, std::string_view realm, std::string_view password,
             digest::Hash& hash) {
  ha1_in(user, algorithm) = hash(algorithm, {user.name, realm, password}).text();
}

User user_with_password(std::string_view name, std::string_view realm, std::string_view password) {
  digest::Hash hash;
  User user;
  user.name = name;
  for (const Algorithm algorithm : {Algorithm::md5, Algorithm::sha256, Algorithm::sha512_256})
    set_ha1(user, algorithm, realm, password, hash);
  return user;
}

}  // namespace flowgate::registrar
