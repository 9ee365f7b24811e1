#include "sip/credentials.h"

#include <array>

#include "sip/cursor.h"
#include "sip/text.h"

namespace flowgate::sip {
namespace {

constexpr std::string_view scheme = "Digest";

struct Known {
  std::string_view name;
  std::string_view Credentials::*value;
};
constexpr std::array known = {
    Known{"username", &Credentials::username}, Known{"realm", &Credentials::realm},
    Known{"nonce", &Credentials::nonce},       Known{"uri", &Credentials::uri},
    Known{"response", &Credentials::response}, Known{"algorithm", &Credentials::algorithm},
    Known{"cnonce", &Credentials::cnonce},     Known{"opaque", &Credentials::opaque},
    Known{"qop", &Credentials::qop},           Known{"nc", &Credentials::nc},
};
constexpr std::string_view userhash = "userhash";

// Parameters by name, each filled once.
class Slots {
 public:
  explicit Slots(Credentials& credentials) : credentials_(credentials) {}

  // RFC 3261 §7.3.1: a parameter name "MUST NOT appear more than once". Unknown ones are skipped.
  bool fill(std::string_view name, std::string_view value) {
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (!is(known[i].name, name)) continue;
      if (!use(i)) return false;
      credentials_.*known[i].value = value;
      return true;
    }
    if (!is(userhash, name)) return true;
    credentials_.userhash = equals_nocase(value, "true");
    return use(known.size());
  }

 private:
  static bool is(std::string_view known, std::string_view name) {
    return known.size() == name.size() && lower(name[0]) == known[0] && equals_nocase(known, name);
  }
  bool use(std::size_t slot) {
    const bool fresh = (filled_ & 1U << slot) == 0;
    filled_ |= 1U << slot;
    return fresh;
  }

  Credentials& credentials_;
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
  return credentials;
}

}  // namespace flowgate::sip
