// Via: RFC 3261 §20.42, with rport (RFC 3581).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sip/error.h"
#include "sip/limits.h"
#include "sip/params.h"

namespace flowgate::sip {

// Views into the text it was parsed from.
struct Via {
  std::string_view transport;  // "UDP"
  std::string_view host;       // sent-by; IPv6 without its brackets
  bool host_is_v6 = false;
  std::optional<std::uint16_t> port;
  Params params;

  std::string_view branch() const { return branch_; }  // "": none
  // RFC 3261 §8.1.1.7: the branch was made by somebody who follows RFC 3261.
  bool has_magic_cookie() const;
  bool wants_rport() const { return !rport_.empty(); }
  // The parameters rport and received, all of each, as they came; "" when they are not there.
  std::string_view rport() const { return rport_; }
  std::string_view received() const { return received_; }
  // RFC 6223 §4.2.1: "keep" without a value, as it came; "" when it is not there.
  std::string_view keep() const { return keep_; }

  // Error: bad_via or those of Params. White space is allowed where the grammar has LWS ("SIP / 2.0 / UDP
  // host : 5060").
  [[nodiscard]] static Result<Via> parse(std::string_view text, const Limits& limits = {});
  // The same into `via`, a fresh one; what is in it after an error means nothing.
  [[nodiscard]] static boost::system::error_code parse(std::string_view text, const Limits& limits, Via& via);

 private:
  // Of the parameters: they are asked for again and again.
  std::string_view branch_, rport_, received_, keep_;
};

}  // namespace flowgate::sip
