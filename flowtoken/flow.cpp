#include "flowtoken/flow.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "flowtoken/keyed_hash.h"

namespace flowgate {
namespace {

struct Names {
  Protocol protocol;
  std::string_view via;
  std::string_view uri;
};

constexpr Names names[] = {
    {Protocol::udp, "UDP", "udp"}, {Protocol::tcp, "TCP", "tcp"}, {Protocol::tls, "TLS", "tls"},
    {Protocol::ws, "WS", "ws"},    {Protocol::wss, "WSS", "wss"},
};

const Names& names_of(Protocol protocol) {
  return names[static_cast<std::size_t>(protocol)];
}

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// RFC 4291 §2.5.5.2: ten octets of zero, two of ones, the IPv4 address.
constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_mapped(const std::array<std::uint8_t, 16>& ip) {
  return std::equal(mapped_prefix.begin(), mapped_prefix.end(), ip.begin());
}

// The fields one after another, without the padding of the structs, as the input of the hash.
struct Packed {
  std::array<char, 2 * 19 + 9> octets;
  std::size_t size = 0;

  void number(std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) octets[size++] = static_cast<char>(value >> (8 * i));
  }
  void endpoint(const Endpoint& endpoint) {
    std::memcpy(octets.data() + size, endpoint.ip.data(), endpoint.ip.size());
    size += endpoint.ip.size();
    number(endpoint.port, 2);
    number(endpoint.v6, 1);
  }
  std::size_t hash() const { return siphash24(process_hash_key(), {octets.data(), size}); }
};

}  // namespace

std::string_view via_name(Protocol protocol) {
  return names_of(protocol).via;
}

std::string_view uri_name(Protocol protocol) {
  return names_of(protocol).uri;
}

std::optional<Protocol> protocol_from(std::string_view name) {
  for (const Names& candidate : names) {
    if (std::ranges::equal(name, candidate.uri, {}, lower)) return candidate.protocol;
  }
  return std::nullopt;
}

std::optional<Endpoint> Endpoint::from(std::string_view address, std::uint16_t port) {
  char literal[INET6_ADDRSTRLEN];
  if (address.size() >= sizeof literal || address.find('\0') != address.npos) return std::nullopt;
  literal[address.copy(literal, address.size())] = '\0';
  // RFC 5118 §4.10: the grammar of RFC 3261 puts a colon too many between "::" and an IPv4 address.
  char* const last_colon = std::strrchr(literal, ':');
  if (address.find(":::") != address.npos && std::strchr(last_colon, '.') != nullptr)
    std::memmove(last_colon, last_colon + 1, std::strlen(last_colon));

  Endpoint endpoint;
  endpoint.port = port;
  if (inet_pton(AF_INET, literal, endpoint.ip.data()) == 1) return endpoint;
  if (inet_pton(AF_INET6, literal, endpoint.ip.data()) != 1) return std::nullopt;
  endpoint.v6 = !is_mapped(endpoint.ip);
  if (!endpoint.v6) {
    std::copy(endpoint.ip.begin() + mapped_prefix.size(), endpoint.ip.end(), endpoint.ip.begin());
    std::fill(endpoint.ip.begin() + 4, endpoint.ip.end(), std::uint8_t{0});
  }
  return endpoint;
}

std::string Endpoint::address() const {
  char literal[INET6_ADDRSTRLEN];
  return inet_ntop(v6 ? AF_INET6 : AF_INET, ip.data(), literal, sizeof literal);
}

std::string Endpoint::host() const {
  std::string host = address();
  if (v6) host.insert(0, 1, '[').append(1, ']');
  return host;
}

std::string Endpoint::text() const {
  return host() + ":" + std::to_string(port);
}

bool Endpoint::is_loopback() const {
  if (!v6) return ip[0] == 127;
  return ip[15] == 1 && std::all_of(ip.begin(), ip.end() - 1, [](std::uint8_t octet) { return octet == 0; });
}

bool Endpoint::is_multicast() const {
  if (v6) return ip[0] == 0xff;
  return (ip[0] & 0xf0) == 0xe0 ||
         std::all_of(ip.begin(), ip.begin() + 4, [](std::uint8_t octet) { return octet == 0xff; });
}

bool Endpoint::is_unspecified() const {
  return std::all_of(ip.begin(), ip.end(), [](std::uint8_t octet) { return octet == 0; });
}

std::string Flow::text() const {
  return std::string(uri_name(protocol)) + " " + local.text() + " <- " + remote.text();
}

std::size_t FlowHash::operator()(const Flow& flow) const noexcept {
  Packed packed;
  packed.number(static_cast<std::uint64_t>(flow.protocol), 1);
  packed.endpoint(flow.local);
  packed.endpoint(flow.remote);
  packed.number(flow.serial, 8);
  return packed.hash();
}

std::size_t FlowHash::operator()(const Endpoint& endpoint) const noexcept {
  Packed packed;
  packed.endpoint(endpoint);
  return packed.hash();
}

}  // namespace flowgate
