#include "transport/proxy_protocol.h"

#include <netinet/in.h>

#include <cstring>

#include "transport/socket_address.h"

namespace flowgate::transport {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view signature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t command_at = signature.size();
constexpr std::size_t family_at = command_at + 1;
constexpr std::size_t length_at = family_at + 1;

// The version in the high four bits, "the receiver must only accept this value", the command in the low ones.
constexpr unsigned local_command = 0x20;
constexpr unsigned proxy_command = 0x21;

constexpr unsigned max_family = 3;    // AF_UNIX
constexpr unsigned max_protocol = 2;  // DGRAM
constexpr unsigned tcp_over_ipv4 = 0x11;
constexpr unsigned tcp_over_ipv6 = 0x21;

constexpr std::size_t vector_header_bytes = 3;  // type, length

constexpr ProxyHeader broken{ProxyHeaderKind::broken};

unsigned number(std::string_view octets, std::size_t at, std::size_t width) {
  unsigned value = 0;
  for (std::size_t i = 0; i < width; ++i) value = value << 8 | static_cast<unsigned char>(octets[at + i]);
  return value;
}

// "Receivers must drop connections presenting unexpected values here", and for the family and the protocol:
// values without a meaning "must be rejected". A LOCAL command has a family "which is ignored".
bool fixed_part_may_begin_with(std::string_view octets) {
  if (octets.substr(0, signature.size()) != signature.substr(0, octets.size())) return false;
  if (octets.size() <= command_at) return true;
  const unsigned command = number(octets, command_at, 1);
  if (command == local_command) return true;
  if (command != proxy_command) return false;
  if (octets.size() <= family_at) return true;
  const unsigned family = number(octets, family_at, 1);
  return family >> 4 <= max_family && (family & 0x0f) <= max_protocol;
}

bool are_vectors(std::string_view octets) {
  while (!octets.empty()) {
    if (octets.size() < vector_header_bytes) return false;
    const std::size_t size = vector_header_bytes + number(octets, 1, 2);
    if (octets.size() < size) return false;
    octets.remove_prefix(size);
  }
  return true;
}

// Address is in_addr or in6_addr; `block` is all that stands behind the fixed part.
template <typename Address>
ProxyHeader proxied(std::string_view block, std::size_t header_size) {
  constexpr std::size_t ports_at = 2 * sizeof(Address);
  constexpr std::size_t vectors_at = ports_at + 2 * sizeof(in_port_t);
  if (block.size() < vectors_at || !are_vectors(block.substr(vectors_at))) return broken;
  Address source;
  std::memcpy(&source, block.data(), sizeof source);
  const auto port = static_cast<std::uint16_t>(number(block, ports_at, sizeof(in_port_t)));
  return {ProxyHeaderKind::proxied, header_size, endpoint_of(source, port)};
}

}  // namespace

ProxyHeader read_proxy_header(std::string_view octets) {
  if (!fixed_part_may_begin_with(octets.substr(0, proxy_fixed_bytes))) return broken;
  if (octets.size() < proxy_fixed_bytes) return {ProxyHeaderKind::need_more, proxy_fixed_bytes};
  const std::size_t length = number(octets, length_at, 2);
  const std::size_t size = proxy_fixed_bytes + length;
  if (size > max_proxy_header_bytes) return broken;
  if (octets.size() < size) return {ProxyHeaderKind::need_more, size};

  const std::string_view block = octets.substr(proxy_fixed_bytes, length);
  if (number(octets, command_at, 1) == proxy_command) {
    const unsigned family = number(octets, family_at, 1);
    if (family == tcp_over_ipv4) return proxied<in_addr>(block, size);
    if (family == tcp_over_ipv6) return proxied<in6_addr>(block, size);
  }
  // A receiver may do without the other combinations, "provided that it automatically falls back to the
  // UNSPEC mode": the connection's own addresses count, and what the block says is skipped.
  return {ProxyHeaderKind::local, size};
}

}  // namespace flowgate::transport
