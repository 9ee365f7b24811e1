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
  // The same into `address`, a fresh one, and `visit` is called with each Param of `params` as by
  // Params::read: when it is, the URI is there. Defined in address_reader.h.
  template <class Visit>
  [[nodiscard]] static boost::system::error_code read(std::string_view text, const Limits& limits,
                                                      Address& address, Visit visit);

 private:
  // What stands in front of the header parameters, and all of their text unread.
  [[nodiscard]] static boost::system::error_code parse_to_params(std::string_view text, const Limits& limits,
                                                                 Address& address, std::string_view& rest);
};

}  // namespace flowgate::sip
