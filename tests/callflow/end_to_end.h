// What a proxy must leave alone: all of a message but what hops say to hops (RFC 3261 §16.6).
#pragma once

#include <algorithm>
#include <array>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "support/packet.h"

namespace flowgate::test {

// Header lines and body, byte for byte and in order, without the start line and the hops' fields.
inline Lines end_to_end(const std::string& message) {
  static constexpr std::array<std::string_view, 5> hops{
      "Via:", "Max-Forwards:", "Max-Breadth:", "Record-Route:", "Route:"};
  Lines lines;
  std::istringstream text(message);
  std::string line;
  std::getline(text, line);
  while (std::getline(text, line)) {
    const bool of_hops = std::ranges::any_of(hops, [&](auto name) { return line.starts_with(name); });
    if (!of_hops) lines.push_back(line);
  }
  return lines;
}
inline Lines end_to_end(const Packet& packet) {
  return end_to_end(packet.text());
}

}  // namespace flowgate::test
