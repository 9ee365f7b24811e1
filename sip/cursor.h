// Reads text from front to end, as the SIP grammar does (RFC 3261 §25.1).
//
// White space is space and tab: header field values are unfolded before, so a CR or LF in one is an attack.
#pragma once

#include <cstddef>
#include <string_view>

#include "sip/characters.h"
#include "sip/octets.h"

namespace flowgate::sip {

class Cursor {
 public:
  explicit Cursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool done() const { return at_ == end_; }
  char peek() const { return at_ == end_ ? '\0' : *at_; }
  const char* position() const { return at_; }
  std::string_view rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }
  std::string_view since(const char* begin) const { return {begin, static_cast<std::size_t>(at_ - begin)}; }
  void skip(std::size_t count) { at_ += count; }

  bool take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  std::string_view take(Chars chars) {
    const char* begin = at_;
    at_ = behind(chars);
    return since(begin);
  }
  // The same with escaped = "%" HEXDIG HEXDIG among it; stops in front of a malformed escape.
  std::string_view take_escaped(Chars chars) {
    const char* begin = at_;
    for (;;) {
      at_ = behind(chars);
      if (end_ - at_ < 3 || *at_ != '%' || hex_value(at_[1]) < 0 || hex_value(at_[2]) < 0)
        return since(begin);
      at_ += 3;
    }
  }
  // SWS; says whether there was any.
  bool take_space() {
    const char* begin = at_;
    while (at_ != end_ && is_blank(*at_)) ++at_;
    return at_ != begin;
  }
  // SWS c SWS: SLASH, COLON, EQUAL, SEMI.
  bool take_separator(char c) {
    if (!take(c)) {
      if (!take_space() || !take(c)) return false;
    }
    take_space();
    return true;
  }
  // quoted-string, with its quotes; "" when there is none, or no end to it, or a control character inside
  // that no backslash precedes. A CR or LF is never part of it.
  std::string_view take_quoted() {
    const char* begin = at_;
    if (!take('"')) return {};
    for (;;) {
      at_ = behind_quoted();
      if (take('"')) return since(begin);
      const bool quoted_pair = end_ - at_ >= 2 && *at_ == '\\' && at_[1] != '\r' && at_[1] != '\n';
      if (!quoted_pair) break;
      at_ += 2;
    }
    at_ = begin;
    return {};
  }

 private:
  const char* behind(Chars chars) const {
    const char* at = at_;
    for (; end_ - at >= 4; at += 4) {
      if (!is(chars, at[0])) return at;
      if (!is(chars, at[1])) return at + 1;
      if (!is(chars, at[2])) return at + 2;
      if (!is(chars, at[3])) return at + 3;
    }
    while (at != end_ && is(chars, *at)) ++at;
    return at;
  }

  // The same of what may stand between quotes: it is long.
  const char* behind_quoted() const {
    const char* at = at_;
    for (; end_ - at >= static_cast<std::ptrdiff_t>(sizeof(Octets)); at += sizeof(Octets)) {
      const Octets octets = octets_at(at);
      const Octets found = controls(octets) | matches(octets, '"') | matches(octets, '\\');
      if (found == 0) continue;
      at += first_of(found);
      break;
    }
    while (at != end_ && is(Chars::quoted, *at)) ++at;
    return at;
  }

  const char* at_;
  const char* end_;
};

}  // namespace flowgate::sip
