// What digest authentication needs to know of a password: H(name:realm:password) (RFC 7616 §3.4.2), from
// which the password cannot be read, but which is as good as the password in its realm.
#pragma once

#include <string_view>

#include "registrar/digest/hash.h"
#include "registrar/user.h"

namespace flowgate::registrar {

// The user's; "" when there is none for that algorithm.
const std::string& ha1_of(const User& user, digest::Algorithm algorithm);
// Makes it that of `password`.
void set_ha1(User& user, digest::Algorithm algorithm, std::string_view realm, std::string_view password,
             digest::Hash& hash);

// A user without further AORs, whose HA1 values are those of `password` for MD5, SHA-256 and SHA-512/256.
// Throws std::runtime_error when OpenSSL has one of these not.
User user_with_password(std::string_view name, std::string_view realm, std::string_view password);

}  // namespace flowgate::registrar
