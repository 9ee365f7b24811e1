#include "conf/endpoint.h"

#include "sip/text.h"

namespace flowgate::conf {

std::optional<Endpoint> endpoint_from(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto port = sip::parse_number(text.substr(colon + 1), 65535);
  if (!port || bracketed != (host.find(':') != std::string_view::npos)) return std::nullopt;
  return Endpoint::from(host, static_cast<std::uint16_t>(*port));
}

}  // namespace flowgate::conf
