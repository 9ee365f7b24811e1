// The services of a domain: which transports it offers, and where its SRV records for each are (RFC 3263
// §4.1).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "flowtoken/flow.h"
#include "transport/dns/record.h"

namespace flowgate::dns {

// Can this host send by that protocol to an IPv4 or IPv6 address?
using Dialable = std::function<bool(Protocol protocol, bool v6)>;
bool dialable(const Dialable& dialable, Protocol protocol);  // to one of the two

struct Service {
  Protocol protocol = Protocol::udp;
  std::string srv_name;
  // RFC 3403 §4.1, ORDER: "Once a match is found, the client MUST NOT consider any NAPTRs with a different
  // value for Order".
  std::uint16_t order = 0;
};

// Those of a NAPTR answer that a client of this URI scheme and these transports can use, best first.
std::vector<Service> services_from(std::vector<Naptr> records, bool sips, const Dialable& dialable);

// "_sip._udp.example.com": the SRV name where no NAPTR record gives one.
std::string srv_name(Protocol protocol, std::string_view domain);

}  // namespace flowgate::dns
