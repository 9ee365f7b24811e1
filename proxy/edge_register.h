// What an edge proxy reads in the REGISTERs that it forwards and in their answers: RFC 5626 §5.1, §5.4.
#pragma once

#include <chrono>
#include <optional>

#include "flowtoken/token.h"
#include "sip/message.h"

namespace flowgate::proxy {

// The dialect in which a UA asks for outbound: "a registration request with a reg-id", or with the draft's
// flow-id. Nothing: it does not ask.
std::optional<Dialect> outbound_dialect(const sip::Message& request);

// Does it add or refresh a binding? Does it only remove some? Neither: it asks what there is.
bool registers(const sip::Message& request);
bool removes(const sip::Message& request);

// How long the bindings of a 200 to REGISTER will last: the longest of them; at most a day, as the UA behind
// it may be gone long before. 0: there are none.
std::chrono::seconds registered_for(const sip::Message& response);

}  // namespace flowgate::proxy
