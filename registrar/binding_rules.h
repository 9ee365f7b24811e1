// What a REGISTER does to a record: RFC 3261 §10.3 (6) and (7), RFC 5626 §6, RFC 5627 §5.1.
#pragma once

#include <cstddef>
#include <cstdint>

#include "registrar/register_request.h"

namespace flowgate::registrar {

enum class Applied : std::uint8_t {
  all,
  out_of_order,  // not newer than what is there: same Call-ID, CSeq not higher
  too_many,      // there would be more than `max_bindings`
};

// RFC 5627 §6.1 (2): an instance that is not using outbound has several bindings when it "had rebooted,
// restarted, and re-registered"; "the proxy MUST select the most recently refreshed contact". draft-gruu
// §8.4.1: only that one. The others are where the instance was before; they are tried after a 408 or 430.
bool is_superseded(const Binding& binding, const Record& record, Instant now);

// Applies all of the request or, unless it says `all`, nothing of it; what has
// expired, or is superseded and in the way, goes in any case.
// `fresh_epoch` is a random number for the temporary GRUUs of this REGISTER.
Applied apply(const RegisterRequest& request, Instant now, std::uint64_t fresh_epoch,
              std::size_t max_bindings, Record& record);

}  // namespace flowgate::registrar
