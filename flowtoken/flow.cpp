#include "flowtoken/flow.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

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

// The address and the port as words, without the padding of the struct.
std::array<std::uint64_t, 3> words_of(const Endpoint& endpoint) {
  std::array<std::uint64_t, 3> words{};
  std::memcpy(words.data(), endpoint.ip.data(), endpoint.ip.size());
  words[2] = std::uint64_t{endpoint.port} << 1 | std::uint64_t{endpoint.v6};
  return words;
}

// The octets of an IPv4 address as they are written.
struct Decimal {
  std::array<char, 3> digits;
  std::uint8_t size;
};
constexpr std::array<Decimal, 256> octets_as_text = [] {
  std::array<Decimal, 256> table{};
  for (unsigned value = 0; value < table.size(); ++value) {
    Decimal& text = table[value];
    for (const unsigned place : {100U, 10U, 1U}) {
      if (value >= place || place == 1)
        text.digits[text.size++] = static_cast<char>('0' + value / place % 10);
    }
  }
  return table;
}();

// The literal of an IPv4 address, as inet_pton() reads it: four numbers without leading zeros.
bool read_v4(std::string_view text, std::array<std::uint8_t, 16>& ip) {
  std::size_t at = 0;
  for (unsigned i = 0; i < 4; ++i) {
    if (i > 0 && (at == text.size() || text[at++] != '.')) return false;
    const std::size_t begin = at;
    unsigned value = 0;
    for (; at < text.size() && at - begin < 3 && text[at] >= '0' && text[at] <= '9'; ++at)
      value = value * 10 + static_cast<unsigned>(text[at] - '0');
    if (at == begin || value > 255 || (text[begin] == '0' && at - begin > 1)) return false;
    ip[i] = static_cast<std::uint8_t>(value);
  }
  return at == text.size();
}

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
  if (address.find(':') == address.npos) {
    Endpoint endpoint;
    endpoint.port = port;
    if (!read_v4(address, endpoint.ip)) return std::nullopt;
    return endpoint;
  }
  char literal[INET6_ADDRSTRLEN];
  if (address.size() >= sizeof literal || address.find('\0') != address.npos) return std::nullopt;
  literal[address.copy(literal, address.size())] = '\0';
  // RFC 5118 §4.10: the grammar of RFC 3261 puts a colon too many between "::" and an IPv4 address.
  char* const last_colon = std::strrchr(literal, ':');
  if (address.find(":::") != address.npos && std::strchr(last_colon, '.') != nullptr)
    std::memmove(last_colon, last_colon + 1, std::strlen(last_colon));

  Endpoint endpoint;
  endpoint.port = port;
  if (inet_pton(AF_INET6, literal, endpoint.ip.data()) != 1) return std::nullopt;
  endpoint.v6 = !is_mapped(endpoint.ip);
  if (!endpoint.v6) {
    std::copy(endpoint.ip.begin() + mapped_prefix.size(), endpoint.ip.end(), endpoint.ip.begin());
    std::fill(endpoint.ip.begin() + 4, endpoint.ip.end(), std::uint8_t{0});
  }
  return endpoint;
}

std::string Endpoint::address() const {
  char literal[longest_address];
  return {literal, write_address(literal)};
}

char* Endpoint::write_address(char* out) const {
  if (v6) {
    char literal[INET6_ADDRSTRLEN];
    return std::copy_n(literal, std::strlen(inet_ntop(AF_INET6, ip.data(), literal, sizeof literal)), out);
  }
  for (unsigned i = 0; i < 4; ++i) {
    if (i > 0) *out++ = '.';
    const Decimal& octet = octets_as_text[ip[i]];
    out = std::copy_n(octet.digits.begin(), octet.size, out);
  }
  return out;
}

std::string Endpoint::host() const {
  std::string host = address();
  if (v6) host.insert(0, 1, '[').append(1, ']');
  return host;
}

std::string Endpoint::text() const {
  std::string text = host();
  const std::string digits = std::to_string(port);
  text.reserve(text.size() + 1 + digits.size());
  (text += ':') += digits;
  return text;
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
  const auto local = words_of(flow.local), remote = words_of(flow.remote);
  // The ports and the protocol share a word: they have 17 bits and 3. So do two IPv4 addresses.
  const std::uint64_t rest = local[2] | remote[2] << 17 | static_cast<std::uint64_t>(flow.protocol) << 34;
  if (!flow.local.v6 && !flow.remote.v6)
    return siphash13(process_hash_key(), std::array{local[0] | remote[0] << 32, rest, flow.serial});
  return siphash13(process_hash_key(),
                   std::array{local[0], local[1], remote[0], remote[1], rest, flow.serial});
}

std::size_t FlowHash::operator()(const Endpoint& endpoint) const noexcept {
  return siphash13(process_hash_key(), words_of(endpoint));
}

}  // namespace flowgate
