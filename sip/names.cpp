// Names of methods and header fields: declared in message.h.
#include <algorithm>
#include <array>
#include <string_view>

#include "sip/message.h"
#include "sip/octets.h"
#include "sip/text.h"

namespace flowgate::sip {
namespace {

constexpr std::array<std::string_view, method_count> method_names = {
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

// Names are looked at in words, so that many octets can be read of each.
constexpr std::size_t name_room = 3 * sizeof(Octets);
static_assert(std::ranges::all_of(header_names,
                                  [](std::string_view name) { return name.size() < name_room; }));

// A name, and which bits of its words matter: none behind its end, and of a letter not the bit of case.
class Spelling {
 public:
  constexpr Spelling() = default;
  constexpr explicit Spelling(std::string_view name) : size_(name.size()) {
    for (std::size_t i = 0; i < name.size(); ++i) {
      const bool letter = lower(name[i]) >= 'a' && lower(name[i]) <= 'z';
      Word& word = words_[i / sizeof(Octets)];
      const std::size_t shift = i % sizeof(Octets) * 8;
      word.octets |= static_cast<Octets>(name[i]) << shift;
      word.matter |= Octets{letter ? 0xdfU : 0xffU} << shift;
    }
  }
  // `name`: name_room octets, of which it takes up `size`.
  bool is(const char* name, std::size_t size) const {
    if (size != size_) return false;
    Octets differing = 0;
    for (std::size_t i = 0; i * sizeof(Octets) < size; ++i) {
      differing |= (octets_at(name + i * sizeof(Octets)) ^ words_[i].octets) & words_[i].matter;
    }
    return differing == 0;
  }

 private:
  struct Word {
    Octets octets = 0, matter = 0;
  };
  std::size_t size_ = 0;
  std::array<Word, name_room / sizeof(Octets)> words_;
};

// Where a name is looked for, by its length and both its ends without the bit of case. No two of ours fall
// together.
constexpr std::size_t slot_count = 128;
constexpr std::size_t slot_of(char first, char last, std::size_t size) {
  const unsigned front = static_cast<unsigned char>(first) & 0xdfU;
  const unsigned back = static_cast<unsigned char>(last) & 0xdfU;
  return (front * 6U + back * 2U + size * 11U) % slot_count;
}
constexpr std::array<Header, slot_count> slots = [] {
  std::array<Header, slot_count> made{};
  for (std::size_t i = 1; i < header_names.size(); ++i) {
    const std::string_view name = header_names[i];
    made[slot_of(name.front(), name.back(), name.size())] = static_cast<Header>(i);
  }
  return made;
}();
static_assert(std::count_if(slots.begin(), slots.end(), [](Header header) {
                return header != Header::other;
              }) == header_names.size() - 1);

constexpr std::array<Spelling, header_names.size()> spellings = [] {
  std::array<Spelling, header_names.size()> made;
  for (std::size_t i = 1; i < made.size(); ++i) made[i] = Spelling{header_names[i]};
  return made;
}();

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

// The octets that a name stands in, with zeros behind the end of a text that is too short.
class NameRoom {
 public:
  explicit NameRoom(std::string_view text) : octets_(text.data()) {
    if (text.size() >= name_room) return;
    copy_.fill('\0');
    std::copy(text.begin(), text.end(), copy_.begin());
    octets_ = copy_.data();
  }
  NameRoom(const NameRoom&) = delete;
  NameRoom& operator=(const NameRoom&) = delete;
  const char* octets() const { return octets_; }

 private:
  const char* octets_;
  std::array<char, name_room> copy_;
};

// `name`: name_room octets, of which it takes up `size`.
Header find_name(const char* name, std::size_t size) {
  if (size < 2) return size == 0 ? Header::other : from_compact(*name);
  const Header header = slots[slot_of(name[0], name[size - 1], size)];
  return spellings[static_cast<std::size_t>(header)].is(name, size) ? header : Header::other;
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
  if (name.size() > name_room) return Header::other;
  const NameRoom room{name};
  return find_name(room.octets(), name.size());
}

KnownName known_name(std::string_view line) {
  const NameRoom room{line};
  for (std::size_t at = 0; at < name_room; at += sizeof(Octets)) {
    const Octets colon = matches(octets_at(room.octets() + at), ':');
    if (colon == 0) continue;
    const std::size_t size = at + first_of(colon);
    return {find_name(room.octets(), size), size};
  }
  return {};
}

std::string_view header_name(Header header) {
  return header_names[static_cast<std::size_t>(header)];
}

}  // namespace flowgate::sip
