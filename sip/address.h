// name-addr and addr-spec with header parameters: From, To, Contact, Route, Record-Route, Path (RFC 3261
// §25.1).
#pragma once

#include <string_view>

#include "sip/error.h"
#include "sip/limits.h"
#include "sip/params.h"
#include "sip/uri.h"

namespace flowgate::sip {

// Views into the text it was parsed from.
struct Address {
  std::string_view display;  // as it came, with its quotes
  Uri uri;
  Params params;  // header parameters. Without <>, everything behind the first ';' belongs here (§20)
  bool bracketed = false;

  // Errors: bad_address or those of Uri and Params.
  [[nodiscard]] static Result<Address> parse(std::string_view text, const Limits& limits = {});
};

}  // namespace flowgate::sip
