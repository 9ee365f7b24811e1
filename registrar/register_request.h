// What a REGISTER asks for, read and checked.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <string>

#include "registrar/gruu.h"
#include "registrar/register_contact.h"

namespace flowgate::registrar {

// Views nothing of the message: what it views is in `kept`.
struct RegisterRequest {
  KeptText kept;
  std::string_view aor;
  AorUri to;
  std::string_view call_id;
  std::uint32_t cseq = 0;
  std::uint64_t transaction = 0;                                // RegisterOrder::transaction
  boost::container::small_vector<RegisterContact, 1> contacts;  // none: a query
  bool remove_all = false;                                      // Contact: *
  std::string_view path;                                        // Binding::path
  Flow flow;
  std::string_view route;  // Binding::route
  bool by_flow = false;    // Binding::by_flow of a Contact that is not an outbound one
  bool over_flow = false;  // the UA is at the other end of the flow: no Path, and nobody between

  // What the UA understands, and what the 200 has to say.
  Dialect dialect = Dialect::rfc;
  bool gruu = false;              // GRUUs in the 200
  bool require_outbound = false;  // Require: outbound
  bool require_gruu = false;      // Require: gruu

  bool is_query() const { return contacts.empty() && !remove_all; }
};

// Into `request`, a fresh one but for `cseq`, `transaction` and `flow`. `to`: the URI of To.
Refusal read_register(const sip::Message& message, const sip::Uri& to, const Options& options,
                      const Domains& domains, RegisterRequest& request);

}  // namespace flowgate::registrar
