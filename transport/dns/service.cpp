#include "transport/dns/service.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "sip/text.h"
#include "transport/dns/name.h"

namespace flowgate::dns {
namespace {

// "SIP+D2X" and "SIPS+D2X". There is no TLS over UDP, and nobody can be dialled by WebSocket (RFC 7118 §5
// has D2W for user agents that look for a server).
std::optional<Protocol> protocol_of(std::string_view service, bool sips) {
  if (sip::equals_nocase(service, "SIPS+D2T")) return Protocol::tls;
  if (sips) return std::nullopt;  // "MUST discard any services that do not contain "SIPS""
  if (sip::equals_nocase(service, "SIP+D2T")) return Protocol::tcp;
  if (sip::equals_nocase(service, "SIP+D2U")) return Protocol::udp;
  return std::nullopt;
}

}  // namespace

bool dialable(const Dialable& dialable, Protocol protocol) {
  return dialable(protocol, false) || dialable(protocol, true);
}

std::vector<Service> services_from(std::vector<Naptr> records, bool sips, const Dialable& can_dial) {
  std::stable_sort(records.begin(), records.end(), [](const Naptr& a, const Naptr& b) {
    return std::pair(a.order, a.preference) < std::pair(b.order, b.preference);
  });
  std::vector<Service> services;
  for (const Naptr& record : records) {
    // "The resource record will contain an empty regular expression and a replacement value, which is the SRV
    // record": flag "s".
    if (!sip::equals_nocase(record.flags, "s") || !record.regexp.empty()) continue;
    const auto protocol = protocol_of(record.service, sips);
    if (!protocol || !dialable(can_dial, *protocol)) continue;
    auto name = canonical_name(record.replacement);
    if (name) services.push_back({*protocol, *std::move(name), record.order});
  }
  return services;
}

std::string srv_name(Protocol protocol, std::string_view domain) {
  const std::string_view prefix = protocol == Protocol::tls   ? "_sips._tcp."
                                  : protocol == Protocol::tcp ? "_sip._tcp."
                                                              : "_sip._udp.";
  return std::string(prefix).append(domain);
}

}  // namespace flowgate::dns
