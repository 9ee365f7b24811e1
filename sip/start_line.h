// Request-Line and Status-Line: RFC 3261 §7.1, §7.2.
#pragma once

#include <string_view>

#include "sip/error.h"

namespace flowgate::sip {

// Views into the line it was parsed from.
struct StartLine {
  bool is_request = false;
  bool well_formed = false;
  bool version_is_2_0 = false;
  // Of a request. When the line is not well formed, its first word and what stands before the SIP-Version.
  std::string_view method;
  std::string_view request_uri;
  // Of a response. -1 when it is not a number from 100 to 699.
  int status = 0;
  std::string_view reason;

  // Takes a line without its CRLF. Error: not_sip, when it neither begins nor ends with a SIP-Version.
  [[nodiscard]] static Result<StartLine> parse(std::string_view line);
};

}  // namespace flowgate::sip
