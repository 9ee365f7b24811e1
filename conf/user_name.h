// Names of users and addresses-of-record as people write them, in the users file and on the command line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flowgate::conf {

// What is expected instead of that name; nothing when a user may be called so.
std::optional<std::string_view> expected_name(std::string_view name, const std::vector<std::string>& domains);

// NAME@DOMAIN, or sip:NAME@DOMAIN (sips: as well), as registrar::Domains makes it; nothing when it is
// neither, or the domain is none of those.
std::optional<std::string> aor_from(std::string_view text, const std::vector<std::string>& domains);

// What `aors` say beyond `name` itself: without the AORs that the name already is in all domains, and each
// once, in order.
std::vector<std::string> further_aors(std::string_view name, const std::vector<std::string>& aors);

// What is expected of an AOR whose user part is that of a GRUU.
inline constexpr std::string_view expected_no_gruu =
    "a name that does not begin with tgruu. or agruu., as those of GRUUs do";

}  // namespace flowgate::conf
