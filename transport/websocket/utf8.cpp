#include "transport/websocket/utf8.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace flowgate::transport {
namespace {

bool is_ascii(const char* octets) {
  std::uint64_t eight = 0;
  std::memcpy(&eight, octets, sizeof eight);
  return (eight & 0x8080808080808080) == 0;
}

// RFC 3629 §4: the length of a character by its first octet, and what its second one may be. 0: none begins
// with that octet.
struct Lead {
  std::size_t size = 0;
  unsigned char least = 0x80, most = 0xbf;
};

Lead lead_of(unsigned char first) {
  if (first < 0x80) return {1};
  if (first >= 0xc2 && first <= 0xdf) return {2};
  if (first == 0xe0) return {3, 0xa0, 0xbf};
  if (first == 0xed) return {3, 0x80, 0x9f};
  if (first >= 0xe1 && first <= 0xef) return {3};
  if (first == 0xf0) return {4, 0x90, 0xbf};
  if (first >= 0xf1 && first <= 0xf3) return {4};
  if (first == 0xf4) return {4, 0x80, 0x8f};
  return {};
}

// The size of the character at the front; 0: it is none.
std::size_t character_size(std::string_view octets) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(octets[i]); };
  const Lead lead = lead_of(octet(0));
  if (lead.size == 0 || lead.size > octets.size()) return 0;
  if (lead.size > 1 && (octet(1) < lead.least || octet(1) > lead.most)) return 0;
  for (std::size_t i = 2; i < lead.size; ++i) {
    if ((octet(i) & 0xc0) != 0x80) return 0;
  }
  return lead.size;
}

}  // namespace

bool is_utf8(std::string_view octets) {
  while (!octets.empty()) {
    const std::size_t size = octets.size() >= 8 && is_ascii(octets.data()) ? 8 : character_size(octets);
    if (size == 0) return false;
    octets.remove_prefix(size);
  }
  return true;
}

}  // namespace flowgate::transport
