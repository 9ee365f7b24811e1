// A binding: what one Contact of a REGISTER becomes (RFC 3261 §10.3, RFC 5626 §6, RFC 5627 §5).
#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <chrono>
#include <cstdint>
#include <string>

#include "flowtoken/flow.h"
#include "flowtoken/token.h"

namespace flowgate::registrar {

// A point in time, handed in by whoever owns the clock; in tests and in the simulator it is virtual.
using Instant = std::chrono::steady_clock::time_point;

struct Binding {
  std::string
      contact;      // the Contact value as it came, without its expires, gruu, pub-gruu, temp-gruu parameters
  std::string uri;  // its URI, as it came
  std::string instance;      // instance-id: the URN inside "<...>" of +sip.instance, as it came; empty: none
  std::uint32_t reg_id = 0;  // reg-id, or the draft's flow-id; 0: none
  Dialect dialect = Dialect::rfc;
  bool outbound =
      false;  // RFC 5626 applies: instance-id and reg-id name this binding, and only its flow will do
  std::string call_id;
  std::uint32_t cseq = 0;
  std::uint64_t transaction = 0;  // of that REGISTER (see RegisterOrder); 0 when it was read from elsewhere
  std::uint16_t q_milli = 1000;   // q, in thousandths
  std::string path;               // the Path values, first hop first, joined by ", " (RFC 3327); empty: none
  Flow flow;                      // the flow that the REGISTER came over
  bool by_flow = false;           // requests go down `flow`; else to the URI (or along the Path)
  std::string node;               // name of the node whose flow it is; empty: this one
  std::string route;              // the Route value that leads other nodes to that flow; empty: none
  std::uint64_t epoch =
      0;  // temporary GRUUs handed out with this binding carry it; drawn anew with a new Call-ID
  std::uint32_t first_cseq = 0;  // of the REGISTER that drew the epoch (RFC 5628 §5)
  Instant registered;            // since when it is there without a break
  Instant updated;               // when it was refreshed last
  Instant expires;
};

// All bindings of one AOR, oldest first.
struct Record {
  boost::container::small_vector<Binding, 1> bindings;
};

// Takes away those that are `dead`. True: there were any.
template <class Dead>
bool erase_bindings(Record& record, const Dead& dead) {
  const auto end = std::remove_if(record.bindings.begin(), record.bindings.end(), dead);
  if (end == record.bindings.end()) return false;
  record.bindings.erase(end, record.bindings.end());
  return true;
}

}  // namespace flowgate::registrar
