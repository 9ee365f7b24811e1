// The user parts of the GRUUs that are encrypted (registrar/encrypted_gruu.h): known without what those are
// made with.
#pragma once

#include <string_view>

namespace flowgate::sip {

inline constexpr std::string_view temporary_gruu_prefix = "tgruu.", anonymous_gruu_prefix = "agruu.";
static_assert(temporary_gruu_prefix.size() == anonymous_gruu_prefix.size());

// RFC 5627 §5.4: "A GRUU in a domain MUST NOT be equivalent, based on URI comparison, to any AOR in a domain
// except for the one associated with the GRUU." So no user is named like one. `user`: unescaped.
inline bool is_user_of_encrypted_gruu(std::string_view user) {
  return user.starts_with(temporary_gruu_prefix) || user.starts_with(anonymous_gruu_prefix);
}

}  // namespace flowgate::sip
