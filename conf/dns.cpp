#include "conf/dns.h"

#include <string_view>

#include "conf/endpoint.h"

namespace flowgate::conf {
namespace {

constexpr std::string_view kServer = "ADDRESS:PORT, such as 127.0.0.1:53 or \"[::1]:53\"";

Endpoint parse_server(const Value& value) {
  const auto server = endpoint_from(value.text(kServer));
  if (!server || server->port == 0) value.expected(kServer);
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
