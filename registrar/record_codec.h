// A record as octets, for the stores that keep it outside of this process.
//
//   version      1 octet, 2
//   number       of bindings
//   bindings     each: flags (bit 0 the draft's dialect, 1 outbound, 2 by_flow, 3 and 4 the local and the
//                remote address are IPv6), protocol of the flow; contact; where it holds the uri, where the
//                instance; call_id, path, node, route; reg_id, cseq, q_milli, first_cseq; epoch; registered,
//                updated, expires; local and remote address and port, serial of the flow
//
// An epoch is 8 octets and a time 8, microseconds since 1970; ports are 2, addresses 4 or 16; all in network
// byte order. Other numbers have seven bits in each octet, the lowest first, bit 7 set in all but the last.
// Text is its length and then itself. Where the contact holds something is a place, counted from 1, and a
// length; or 0, and then the text, which it does not hold. Version 1 had the text of both, and no 0.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

#include "registrar/binding.h"
#include "registrar/clock_reading.h"

namespace flowgate::registrar {

enum class RecordError {
  malformed = 1,    // no record at all, or damaged
  unknown_version,  // written by a later flowgate
};
const boost::system::error_category& record_category();
boost::system::error_code make_error_code(RecordError error);

// Appends to `octets`. Two Instants that differ by less than a microsecond may become the same.
void encode_record(const Record& record, const ClockReading& clocks, std::string& octets);

// Total: takes any octets, makes no more of them than they hold.
[[nodiscard]] boost::system::result<Record> decode_record(std::string_view octets,
                                                          const ClockReading& clocks);

}  // namespace flowgate::registrar

template <>
struct boost::system::is_error_code_enum<flowgate::registrar::RecordError> : std::true_type {};
