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
  std::string_view* find(std::string_view name) {
    const auto is = [name](std::string_view known) { return equals_nocase(name, known); };
    Credentials& all = credentials_;
    switch (name.size()) {
      case 2:
        return is("nc") ? &all.nc : nullptr;
      case 3:
        return is("uri") ? &all.uri : is("qop") ? &all.qop : nullptr;
      case 5:
        return is("realm") ? &all.realm : is("nonce") ? &all.nonce : nullptr;
      case 6:
        return is("cnonce") ? &all.cnonce : is("opaque") ? &all.opaque : nullptr;
      case 8:
        return is("username")   ? &all.username
               : is("response") ? &all.response
               : is("userhash") ? &userhash_
                                : nullptr;
      case 9:
        return is("algorithm") ? &all.algorithm : nullptr;
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
