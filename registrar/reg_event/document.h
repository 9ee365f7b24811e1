// The registration information document, application/reginfo+xml: RFC 3680 §5, with the GRUUs of RFC 5628.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "registrar/encrypted_gruu.h"
#include "registrar/reg_event/registration.h"
#include "sip/uri.h"

namespace flowgate::reg_event {

// What a document is about, and for whom.
struct DocumentTerms {
  const sip::Uri& aor;  // as the subscriber spells it: GRUUs are made of it
  registrar::EncryptedGruus& gruus;
  std::size_t max_bytes;
  Instant now;
};

struct Document {
  std::string text;
  std::uint64_t told = 0;  // whoever gets it knows of all changes up to this one
};

// The contacts that have changed since `told`, with `full` also all others that are active. As many as
// `max_bytes` has room for, those that changed last left for the next document: a full state that has no room
// is told in parts, each of them a partial state.
Document write_document(const Registration& registration, std::uint32_t version, std::uint64_t told,
                        bool full, const DocumentTerms& terms);

}  // namespace flowgate::reg_event
