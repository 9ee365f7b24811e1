#include "conf/dns.h"

#include <string>
#include <string_view>

#include "sip/text.h"

namespace flowgate::conf {
namespace {

constexpr std::string_view kServer = "ADDRESS:PORT, such as 127.0.0.1:53 or \"[::1]:53\"";

Endpoint parse_server(const Value& value) {
  const std::string_view text = value.text(kServer);
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) value.expected(kServer);
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto port = sip::parse_number(text.substr(colon + 1), 65535);
  const auto server = Endpoint::from(host, static_cast<std::uint16_t>(port.value_or(0)));
  if (!port || *port == 0 || !server || bracketed != (host.find(':') != std::string_view::npos))
    value.expected(kServer);
  return *server;
}

}  // namespace

Dns read_dns(const Section& top) {
  const Section section = top.section("dns", {"servers", "timeout_ms", "tries", "set_aside_seconds"});
  Dns dns;
  if (const auto servers = section.find("servers")) {
    for (const Value& item : servers->list("a list of name servers"))
      dns.servers.push_back(parse_server(item));
  }
  dns.timeout = std::chrono::milliseconds(section.number("timeout_ms", 2000, 10, 60'000));
  dns.tries = section.number("tries", 2, 1, 10);
  dns.set_aside = std::chrono::seconds(section.number("set_aside_seconds", 30, 0, 3600));
  return dns;
}

}  // namespace flowgate::conf
