// One Contact of a REGISTER, read and checked (RFC 3261 §10.3, RFC 5626 §6, RFC 5627 §5.1).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "registrar/kept_text.h"
#include "registrar/registrar.h"

namespace flowgate::registrar {

// What the UA gets when it is refused.
using Refusal = std::optional<Answer>;

// Views the KeptText that it was read into.
struct RegisterContact {
  std::string_view contact;  // Binding::contact
  std::string_view uri;
  std::string_view instance;
  std::uint32_t reg_id = 0;  // 0 without an instance-id, too
  Dialect dialect = Dialect::rfc;
  bool outbound = false;            // Binding::outbound; decided by the request as a whole
  bool own_gruu = false;            // the URI is the public GRUU of this very instance
  std::chrono::seconds expires{0};  // as granted; 0: the binding is to be removed
  std::uint16_t q_milli = 1000;

  bool removes() const { return expires == std::chrono::seconds{0}; }
};

// What the rest of the REGISTER says about its Contacts.
struct ContactTerms {
  const Options& options;
  const Domains& domains;
  std::string_view aor;          // whose bindings they are to be
  std::chrono::seconds expires;  // for a Contact without expires
  bool reaches_ua = false;  // requests need not be routed by the Contact's URI: there is a flow or a Path
};

// Into `contact`, a fresh one.
Refusal read_contact(std::string_view value, const ContactTerms& terms, KeptText& kept,
                     RegisterContact& contact);

}  // namespace flowgate::registrar
