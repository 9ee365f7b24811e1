#include "proxy/admission.h"

#include <optional>

#include "sip/address.h"
#include "sip/text.h"
#include "sip/value.h"

namespace flowgate::proxy {
namespace {

using sip::Header;

// RFC 3261 §10.2.2: "Expires: 0", or an expires parameter of 0, in all Contacts; "*" goes with the former
// only.
bool ends_registration(const sip::Message& request, const sip::Limits& limits) {
  const bool by_field = sip::parse_seconds(request.value(Header::expires)) == 0U;
  sip::Values contacts(request, Header::contact);
  std::size_t count = 0;
  for (auto value = contacts.next(); value; value = contacts.next()) {
    if (++count > limits.values) return false;
    if (value->text == "*") continue;
    const auto contact = sip::Address::parse(value->text, limits);
    if (!contact) return false;
    const auto expires = contact->params.find("expires");
    if (expires ? sip::parse_seconds(*expires) != 0U : !by_field) return false;
  }
  return count > 0;
}

// RFC 5031 §4.2: "urn:service:sos" and its subtypes. RFC 7339 §5.10.1 wants them preferred.
bool is_emergency(std::string_view request_uri) {
  constexpr std::string_view sos = "urn:service:sos";
  return sip::equals_nocase(request_uri.substr(0, sos.size()), sos) &&
         (request_uri.size() == sos.size() || request_uri[sos.size()] == '.');
}

}  // namespace

Admission admission_of(const sip::Message& request, bool registered, const sip::Limits& limits) {
  if (request.method() == sip::Method::register_) {
    if (ends_registration(request, limits)) return Admission::always;
    return registered ? Admission::refresh : Admission::registration;
  }
  // §12.2: what has a To tag belongs to a dialog.
  if (sip::tag_of(request.value(Header::to)) || is_emergency(request.request_uri())) return Admission::always;
  return Admission::beginning;
}

}  // namespace flowgate::proxy
