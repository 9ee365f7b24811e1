// A user as octets: each part is its length in decimal digits, a colon, itself and a comma. The parts are the
// HA1s for MD5, SHA-256 and SHA-512/256, and the further AORs. Of a password nothing else is kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "registrar/user.h"

namespace flowgate::redis {

std::string encode_user(const registrar::User& user);
// Nothing for what is no user.
std::optional<registrar::User> decode_user(std::string_view name, std::string_view octets);

}  // namespace flowgate::redis
