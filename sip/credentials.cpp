#include "sip/credentials.h"

#include <array>

#include "sip/cursor.h"
#include "sip/text.h"

namespace flowgate::sip {
namespace {

constexpr std::string_view scheme = "Digest";

// Parameters by name, each a view to be filled once.
class Slots {
 public:
  explicit Slots(Credentials& credentials)
      : slots_{{{"username", &credentials.username},
                {"realm", &credentials.realm},
                {"nonce", &credentials.nonce},
                {"uri", &credentials.uri},
                {"response", &credentials.response},
                {"algorithm", &credentials.algorithm},
                {"cnonce", &credentials.cnonce},
                {"opaque", &credentials.opaque},
                {"qop", &credentials.qop},
                {"nc", &credentials.nc},
                {"userhash", &userhash_}}} {}

  // RFC 3261 §7.3.1: a parameter name "MUST NOT appear more than once". Unknown ones are skipped.
  bool fill(std::string_view name, std::string_view value) {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (!equals_nocase(slots_[i].name, name)) continue;
      if ((filled_ & 1U << i) != 0) return false;
      filled_ |= 1U << i;
      *slots_[i].value = value;
      return true;
    }
    return true;
  }
  bool userhash() const { return equals_nocase(userhash_, "true"); }

 private:
  struct Slot {
    std::string_view name;
    std::string_view* value;
  };
  std::string_view userhash_;
  std::array<Slot, 11> slots_;
  unsigned filled_ = 0;
};

// auth-param-value = token / quoted-string. Which of the two it is to be is not insisted on: clients quote
// algorithm, qop and nc, too.
bool take_value(Cursor& cursor, std::string_view& value) {
  if (cursor.peek() == '"') {
    value = cursor.take_quoted();
    if (value.empty()) return false;
    value = value.substr(1, value.size() - 2);
    return true;
  }
  value = cursor.take(Chars::token);
  return !value.empty();
}

}  // namespace

bool Credentials::is_digest(std::string_view text) {
  return text.size() > scheme.size() && equals_nocase(text.substr(0, scheme.size()), scheme) &&
         is_blank(text[scheme.size()]);
}

// credentials = "Digest" LWS dig-resp *(COMMA dig-resp); empty ones between two commas are let pass.
Result<Credentials> Credentials::parse(std::string_view text, const Limits& limits) {
  if (!is_digest(text)) return Error::bad_credentials;
  Cursor cursor(text.substr(scheme.size()));
  Credentials credentials;
  Slots slots(credentials);
  std::size_t count = 0;
  for (;;) {
    cursor.take_space();
    while (cursor.take_separator(',')) continue;
    if (cursor.done()) break;
    if (++count > limits.params) return Error::too_many_values;
    const std::string_view name = cursor.take(Chars::token);
    std::string_view value;
    if (name.empty() || !cursor.take_separator('=') || !take_value(cursor, value)) {
      return Error::bad_credentials;
    }
    if (!slots.fill(name, value)) return Error::bad_credentials;
    cursor.take_space();
    if (!cursor.done() && cursor.peek() != ',') return Error::bad_credentials;
  }
  credentials.userhash = slots.userhash();
  return credentials;
}

}  // namespace flowgate::sip
