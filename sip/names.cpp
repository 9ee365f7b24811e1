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
static_assert(header_names[static_cast<std::size_t>(Header::privacy)] == "Privacy");

// The names in the order of their lengths; those of length n stand at [begin_of_length[n], begin_of_length[n
// + 1]).
constexpr std::size_t longest_name = 20;
struct Lengths {
  std::array<Header, header_names.size()> headers{};
  std::array<std::size_t, longest_name + 2> begin_of_length{};
};
constexpr Lengths by_length = [] {
  Lengths lengths;
  std::size_t next = 0;
  for (std::size_t length = 0; length <= longest_name; ++length) {
    lengths.begin_of_length[length] = next;
    for (std::size_t i = 0; i < header_names.size(); ++i) {
      if (header_names[i].size() == length) lengths.headers[next++] = static_cast<Header>(i);
    }
  }
  lengths.begin_of_length[longest_name + 1] = next;
  return lengths;
}();
static_assert(by_length.begin_of_length.back() == header_names.size(), "longest_name is too small");

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
  if (name.empty() || name.size() > longest_name) return Header::other;
  const std::size_t end = by_length.begin_of_length[name.size() + 1];
  for (std::size_t i = by_length.begin_of_length[name.size()]; i < end; ++i) {
    const Header header = by_length.headers[i];
    const std::string_view candidate = header_names[static_cast<std::size_t>(header)];
    // Most candidates of the same length differ here already.
    if (lower(name.front()) != lower(candidate.front()) || lower(name.back()) != lower(candidate.back()))
      continue;
    if (name == candidate || equals_nocase(name, candidate)) return header;
  }
  return Header::other;
}

std::string_view header_name(Header header) {
  return header_names[static_cast<std::size_t>(header)];
}

}  // namespace flowgate::sip
