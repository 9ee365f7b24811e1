// Names of methods and header fields: declared in message.h.
#include <algorithm>
#include <array>
#include <string_view>

#include "sip/message.h"
#include "sip/text.h"

namespace flowgate::sip {
namespace {

constexpr std::array<std::string_view, 15> method_names = {
    "",          "INVITE", "ACK",     "BYE",  "CANCEL", "REGISTER", "OPTIONS", "PRACK",
    "SUBSCRIBE", "NOTIFY", "PUBLISH", "INFO", "REFER",  "MESSAGE",  "UPDATE",
};
static_assert(method_names[static_cast<std::size_t>(Method::update)] == "UPDATE");

constexpr std::array<std::string_view, 38> header_names = {
    "",
    "Via",
    "From",
    "To",
    "Call-ID",
    "CSeq",
    "Max-Forwards",
    "Contact",
    "Route",
    "Record-Route",
    "Path",
    "Service-Route",
    "Expires",
    "Min-Expires",
    "Supported",
    "Require",
    "Proxy-Require",
    "Unsupported",
    "Content-Length",
    "Content-Type",
    "Authorization",
    "Proxy-Authorization",
    "WWW-Authenticate",
    "Proxy-Authenticate",
    "Retry-After",
    "Max-Breadth",
    "Flow-Timer",
    "Refer-To",
    "Target-Dialog",
    "Event",
    "Allow",
    "Timestamp",
    "Date",
    "Identity",
    "P-Asserted-Identity",
    "P-Preferred-Identity",
    "Remote-Party-ID",
    "Privacy",
};
static_assert(header_names.size() == static_cast<std::size_t>(Header::last) + 1);

// Where a name is looked for, by its length and both its ends without the bit of case. No two of ours fall
// together.
constexpr std::size_t slot_count = 128;
constexpr std::size_t slot_of(std::string_view name) {
  const unsigned front = static_cast<unsigned char>(name.front()) & 0xdfU;
  const unsigned back = static_cast<unsigned char>(name.back()) & 0xdfU;
  return (front * 6U + back * 2U + name.size() * 11U) % slot_count;
}
constexpr std::array<Header, slot_count> slots = [] {
  std::array<Header, slot_count> made{};
  for (std::size_t i = 1; i < header_names.size(); ++i) {
    made[slot_of(header_names[i])] = static_cast<Header>(i);
  }
  return made;
}();
static_assert(std::count_if(slots.begin(), slots.end(), [](Header header) {
                return header != Header::other;
              }) == header_names.size() - 1);

// RFC 3261 §7.3.3 and §20; Refer-To: RFC 3515; Event: RFC 6665; Identity: RFC 4474.
Header from_compact(char c) {
  switch (lower(c)) {
    case 'c':
      return Header::content_type;
    case 'f':
      return Header::from;
    case 'i':
      return Header::call_id;
    case 'k':
      return Header::supported;
    case 'l':
      return Header::content_length;
    case 'm':
      return Header::contact;
    case 'o':
      return Header::event;
    case 'r':
      return Header::refer_to;
    case 't':
      return Header::to;
    case 'v':
      return Header::via;
    case 'y':
      return Header::identity;
    default:
      return Header::other;
  }
}

}  // namespace

Method method_from(std::string_view name) {
  if (name.empty()) return Method::other;
  const auto found = std::find(method_names.begin() + 1, method_names.end(), name);
  return found == method_names.end() ? Method::other : static_cast<Method>(found - method_names.begin());
}

std::string_view method_name(Method method) {
  return method_names[static_cast<std::size_t>(method)];
}

Header header_from(std::string_view name) {
  if (name.size() == 1) return from_compact(name.front());
  if (name.empty()) return Header::other;
  const Header header = slots[slot_of(name)];
  return equals_nocase(name, header_name(header)) ? header : Header::other;
}

std::string_view header_name(Header header) {
  return header_names[static_cast<std::size_t>(header)];
}

}  // namespace flowgate::sip
