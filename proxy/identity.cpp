#include "proxy/identity.h"

#include <algorithm>

#include "registrar/digest/authenticator.h"
#include "sip/credentials.h"
#include "sip/text.h"

namespace flowgate::proxy {
namespace {

using sip::Header;

bool is_removed(Header header, Passage passage, bool privacy) {
  switch (header) {
    case Header::p_asserted_identity:
    case Header::remote_party_id:
      return !passage.from_trusted || (!passage.to_trusted && privacy);
    case Header::p_preferred_identity:
      // §9.2: a hint for the first proxy that authenticates.
      return !passage.from_trusted;
    default:
      return false;
  }
}

}  // namespace

// RFC 3325 §4: "A proxy that is about to forward a message to a proxy server or UA that it does not trust
// MUST remove all the P-Asserted-Identity header field values if the user requested that this information be
// kept private." §5, of what comes from whom it does not trust: it "MUST replace that SIP or SIPS URI with a
// single SIP or SIPS URI or remove this header field."
void edit_identity(const sip::Message& message, Passage passage, std::string_view asserted,
                   sip::Edits& edits) {
  const bool privacy = passage.from_trusted && !passage.to_trusted && wants_privacy(message);
  for (const sip::Field& field : message.fields()) {
    if (is_removed(field.header, passage, privacy)) edits.remove_field(field);
  }
  if (passage.to_trusted && !asserted.empty()) {
    edits.insert_field(message.fields_end(), "P-Asserted-Identity", {"<", asserted, ">"});
  }
}

void edit_credentials(const sip::Message& request, std::string_view realm, sip::Edits& edits) {
  for (const sip::Field& field : request.fields()) {
    if (field.header != Header::proxy_authorization) continue;
    const auto credentials = sip::Credentials::parse(request.value(field));
    if (credentials && digest::are_for(*credentials, realm)) edits.remove_field(field);
  }
}

// Privacy-hdr = "Privacy" HCOLON priv-value *(";" priv-value); commas are met, too.
bool wants_privacy(const sip::Message& message) {
  for (const sip::Field& field : message.fields()) {
    if (field.header != Header::privacy) continue;
    std::string_view rest = message.value(field);
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find_first_of(";,"), rest.size());
      if (sip::equals_nocase(sip::trim(rest.substr(0, end)), "id")) return true;
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return false;
}

}  // namespace flowgate::proxy
