// What digest authentication needs to know of a password: H(name:realm:password) (RFC 7616 §3.4.2), from
// which the password cannot be read, but which is as good as the password in its realm.
#pragma once

#include <string_view>

#include "registrar/user.h"

namespace flowgate::registrar {

// A user without further AORs, whose HA1 values are those of `password` for MD5, SHA-256 and SHA-512/256.
// Throws std::runtime_error when OpenSSL has one of these not.
User user_with_password(std::string_view name, std::string_view realm, std::string_view password);

}  // namespace flowgate::registrar
