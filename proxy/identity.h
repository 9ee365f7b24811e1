// What becomes of the header fields that say who somebody is: RFC 3325, RFC 5876; Remote-Party-ID, which was
// before them; and the credentials that were for us.
#pragma once

#include <string_view>

#include "sip/edits.h"
#include "sip/message.h"

namespace flowgate::proxy {

// The two ends of a message's way through us.
struct Passage {
  bool from_trusted = false;
  bool to_trusted = false;
};

// RFC 3325 §5 and §9.1. `asserted`: the URI of the authenticated sender, or "".
void edit_identity(const sip::Message& message, Passage passage, std::string_view asserted,
                   sip::Edits& edits);
// Proxy-Authorization for `realm`: RFC 7616 §3.7, it is consumed here.
void edit_credentials(const sip::Message& request, std::string_view realm, sip::Edits& edits);

// RFC 3323 §4.2, RFC 3325 §9.3: is "id" among the values of Privacy?
bool wants_privacy(const sip::Message& message);

}  // namespace flowgate::proxy
