// The `gruu:` section: RFC 5627, draft-ietf-sip-gruu-04.
#pragma once

#include <string>
#include <vector>

#include "conf/section.h"

namespace flowgate::conf {

// Draft §7.2.
struct AdministrativeGruu {
  std::string uri;      // a SIP or SIPS URI: a user of one of the domains and one parameter, gr or opaque
  std::string contact;  // a SIP or SIPS URI outside of the domains; empty: this process answers itself
};

struct Gruu {
  bool anonymous_for_draft = false;  // draft appendix A.2 instead of A.1
  std::vector<AdministrativeGruu> administrative;
};

// `top`: the whole file. Throws Error.
Gruu read_gruu(const Section& top, const std::vector<std::string>& domains);

}  // namespace flowgate::conf
