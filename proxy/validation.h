// Request validation: RFC 3261 §16.3 and §8.2; what a request must have before anything else is done with it.
#pragma once

#include <optional>

#include "proxy/refusal.h"
#include "sip/limits.h"
#include "sip/message.h"
#include "sip/uri.h"
#include "sip/via.h"

namespace flowgate::proxy {

// The top Via, without which a request cannot even be refused. Nothing: drop the request.
std::optional<sip::Via> answerable(const sip::Message& request, const sip::Limits& limits);

// The URIs that a request is handled by. Views it.
struct RequestUris {
  sip::Uri request_uri, to;
};

// 400 with a reason that names the field, 505, 414, 416, 420: the first thing that is wrong. `uris` is set
// when there is no refusal. `any_scheme`: somebody else routes by the Request-URI.
Refusal validate(const sip::Message& request, const sip::Limits& limits, bool any_scheme, RequestUris& uris);

// RFC 3261 §8.2.2.3: 420 for an option tag in Require that we do not understand.
Refusal check_require(const sip::Message& request);

}  // namespace flowgate::proxy
