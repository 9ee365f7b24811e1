#include "proxy/edge_register.h"

#include <algorithm>

#include "sip/address.h"
#include "sip/text.h"
#include "sip/value.h"

namespace flowgate::proxy {
namespace {

using std::chrono::seconds;

constexpr seconds kDefaultExpires{3600};  // RFC 3261 §10.2.1.1
constexpr seconds kLongest{86'400};

// Of a Contact of a REGISTER: RFC 3261 §10.2.2.
bool is_removed(std::string_view contact, const sip::Message& request) {
  if (contact == "*") return true;
  const auto address = sip::Address::parse(contact);
  const auto param = address ? address->params.find("expires") : std::nullopt;
  const sip::Field* field = request.find(sip::Header::expires);
  const std::string_view given = param ? *param : field != nullptr ? request.value(*field) : "";
  return sip::parse_seconds(given) == 0U;
}

}  // namespace

bool registers(const sip::Message& request) {
  sip::Values contacts(request, sip::Header::contact);
  while (const auto value = contacts.next())
    if (!is_removed(value->text, request)) return true;
  return false;
}

bool removes(const sip::Message& request) {
  return request.count(sip::Header::contact) > 0 && !registers(request);
}

std::optional<Dialect> outbound_dialect(const sip::Message& request) {
  sip::Values contacts(request, sip::Header::contact);
  while (const auto value = contacts.next()) {
    const auto contact = sip::Address::parse(value->text);
    if (!contact) continue;
    if (contact->params.has("flow-id")) return Dialect::draft;
    if (contact->params.has("reg-id")) return Dialect::rfc;
  }
  return std::nullopt;
}

seconds registered_for(const sip::Message& response) {
  const sip::Field* field = response.find(sip::Header::expires);
  const auto given = field == nullptr ? std::nullopt : sip::parse_seconds(response.value(*field));
  const seconds otherwise = given ? seconds{*given} : kDefaultExpires;
  seconds longest{0};
  sip::Values contacts(response, sip::Header::contact);
  while (const auto value = contacts.next()) {
    const auto contact = sip::Address::parse(value->text);
    if (!contact) continue;
    const auto param = contact->params.find("expires");
    const auto own = param ? sip::parse_seconds(*param) : std::nullopt;
    longest = std::max(longest, own ? seconds{*own} : otherwise);
  }
  return std::min(longest, kLongest);
}

}  // namespace flowgate::proxy
