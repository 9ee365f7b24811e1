#include "sip/credentials.h"

#include "sip/cursor.h"
#include "sip/text.h"

namespace flowgate::sip {
namespace {

constexpr std::string_view scheme = "Digest";

// Parameters by name, each filled once.
class Slots {
 public:
  explicit Slots(Credentials& credentials) : credentials_(credentials) {}

  // RFC 3261 §7.3.1: a parameter name "MUST NOT appear more than once". Unknown ones are skipped.
  bool fill(std::string_view name, std::string_view value) {
    std::string_view* const slot = find(name);
    if (slot == nullptr) return true;
    // A value that is empty points between its quotes.
    if (slot->data() != nullptr) return false;
    *slot = value;
    return true;
  }
  bool userhash() const { return equals_nocase(userhash_, "true"); }

 private:
  // Length and one letter leave one name that it can be; nearly all write that as the RFC does.
  std::string_view* find(std::string_view name) {
    const auto slot_of = [name](std::string_view known, std::string_view& slot) {
      return name == known || equals_nocase(name, known) ? &slot : nullptr;
    };
    Credentials& all = credentials_;
    switch (name.size()) {
      case 2:
        return slot_of("nc", all.nc);
      case 3:
        return lower(name[0]) == 'u' ? slot_of("uri", all.uri) : slot_of("qop", all.qop);
      case 5:
        return lower(name[0]) == 'n' ? slot_of("nonce", all.nonce) : slot_of("realm", all.realm);
      case 6:
        return lower(name[0]) == 'c' ? slot_of("cnonce", all.cnonce) : slot_of("opaque", all.opaque);
      case 8:
        if (lower(name[0]) == 'r') return slot_of("response", all.response);
        return lower(name[4]) == 'n' ? slot_of("username", all.username) : slot_of("userhash", userhash_);
      case 9:
        return slot_of("algorithm", all.algorithm);
      default:
        return nullptr;
    }
  }

  Credentials& credentials_;
  std::string_view userhash_;
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
    while (is_blank(cursor.peek()) || cursor.peek() == ',') cursor.skip(1);
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
