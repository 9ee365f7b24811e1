// The top Via of a request, completed with where the request really came from: RFC 3261 §18.2.1, RFC 3581 §4.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "flowtoken/flow.h"
#include "sip/message.h"
#include "sip/via.h"
#include "sip/writer.h"

namespace flowgate::proxy {

// What of the top Via changes: it has `received` when its sent-by is not the source address or when the
// client wants rport (RFC 3581 §4: then "even if it is identical"), and the value of `rport`. Whatever values
// the client itself gave them are replaced. `keep`: seconds, the value that a "keep" parameter gets (RFC 6223
// §4.4); 0: none. An empty Splice: it is complete as it came. What is put in is written to `text`, which the
// Splice views.
sip::Splice received_params(const sip::Message& request, const sip::Via& top_via, const Flow& flow,
                            std::chrono::seconds keep, std::string& text);

// A copy of the request with that top Via.
std::unique_ptr<sip::StoredMessage> with_received(const sip::Message& request, const sip::Splice& params);

}  // namespace flowgate::proxy
