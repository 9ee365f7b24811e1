// Request validation: RFC 3261 §16.3 and §8.2; what a request must have before anything else is done with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/refusal.h"
#include "sip/limits.h"
#include "sip/message.h"
#include "sip/uri.h"
#include "sip/via.h"

namespace flowgate::proxy {

// The top Via, without which a request cannot even be refused. Error: drop the request.
[[nodiscard]] sip::Result<sip::Via> answerable(const sip::Message& request, const sip::Limits& limits);

// What a request is handled by. Views it.
struct RequestParts {
  sip::Uri request_uri, to;
  std::optional<std::string_view> to_tag;  // "": it has no value
  std::uint32_t cseq = 0;
};

// 400 with a reason that names the field, 505, 414, 416, 420: the first thing that is wrong. `parts`, fresh
// ones, are set when there is no refusal. `any_scheme`: somebody else routes by the Request-URI.
Refusal validate(const sip::Message& request, const sip::Limits& limits, bool any_scheme,
                 RequestParts& parts);

// RFC 3261 §8.2.2.3: 420 for an option tag in Require that we do not understand.
Refusal check_require(const sip::Message& request);

}  // namespace flowgate::proxy
