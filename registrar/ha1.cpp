#include "registrar/ha1.h"

#include "registrar/digest/hash.h"

namespace flowgate::registrar {

User user_with_password(std::string_view name, std::string_view realm, std::string_view password) {
  digest::Hash hash;
  const auto ha1 = [&](digest::Algorithm algorithm) {
    return std::string(hash(algorithm, {name, realm, password}).text());
  };
  User user;
  user.name = name;
  user.ha1_md5 = ha1(digest::Algorithm::md5);
  user.ha1_sha256 = ha1(digest::Algorithm::sha256);
  user.ha1_sha512_256 = ha1(digest::Algorithm::sha512_256);
  return user;
}

}  // namespace flowgate::registrar
