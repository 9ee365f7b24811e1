#include "sip/value.h"

#include <algorithm>

#include "sip/text.h"

namespace flowgate::sip {
namespace {

constexpr std::uint32_t max_cseq = 0x7fffffff;

// The offset of the first comma that separates values, or the end.
std::size_t find_separator(std::string_view list) {
  // Most fields hold one value and no comma at all; in a list of tokens every comma separates.
  const std::size_t comma = list.find(',');
  if (comma == list.npos) return list.size();
  std::size_t i = 0;
  while (i < comma && list[i] != '"' && list[i] != '<') ++i;
  bool quoted = false, bracketed = false;
  for (; i < list.size(); ++i) {
    const char c = list[i];
    if (quoted) {
      if (c == '\\') ++i;  // quoted-pair
      if (c == '"') quoted = false;
    } else if (bracketed) {
      if (c == '>') bracketed = false;
    } else if (c == ',') {
      return i;
    } else {
      quoted = c == '"';
      bracketed = c == '<';
    }
  }
  return list.size();
}

}  // namespace

// CSeq = 1*DIGIT LWS Method
Result<CSeq> CSeq::parse(std::string_view text) {
  text = trim(text);
  const auto digits_end = std::find_if_not(text.begin(), text.end(), is_digit);
  const auto size = static_cast<std::size_t>(digits_end - text.begin());
  const auto number = parse_number(text.substr(0, size), max_cseq);
  const std::string_view method = trim(text.substr(size));
  if (!number || size == text.size() || !is_blank(text[size]) || !is_token(method)) return Error::bad_cseq;
  return CSeq{*number, method};
}

std::optional<Values::Value> Values::next() {
  for (;;) {
    while (!rest_.empty()) {
      const std::string_view text = cut_value(rest_);
      if (!text.empty()) return Value{text, field_};
    }
    if (!next_) return std::nullopt;
    field_ = next_;
    next_ = message_->behind(*field_);
    rest_ = message_->value(*field_);
  }
}

std::optional<Values::Value> first_value(const Message& message, Header header) {
  return Values{message, header}.next();
}

std::string_view cut_value(std::string_view& list) {
  const std::size_t comma = find_separator(list);
  const std::string_view value = trim(list.substr(0, comma));
  list.remove_prefix(std::min(comma + 1, list.size()));
  return value;
}

// from-spec = ( name-addr / addr-spec ) *( SEMI from-param ). The only semicolons that do not begin a header
// parameter are those in quotes and angle brackets; in the form without brackets every parameter is the
// header's (RFC 3261 §20).
std::optional<std::string_view> tag_of(std::string_view value) {
  bool quoted = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (quoted) {
      if (c == '\\') ++i;  // quoted-pair
      if (c == '"') quoted = false;
    } else if (c == '<') {
      i = value.find('>', i);
      if (i == value.npos) return std::nullopt;
    } else if (c == ';') {
      const std::string_view param = value.substr(i + 1, value.find(';', i + 1) - i - 1);
      const std::size_t equals = std::min(param.find('='), param.size());
      if (equals_nocase(trim(param.substr(0, equals)), "tag"))
        return trim(param.substr(std::min(equals + 1, param.size())));
    } else {
      quoted = c == '"';
    }
  }
  return std::nullopt;
}

bool has_option(const Message& message, Header header, std::string_view tag) {
  Values values{message, header};
  while (const auto value = values.next()) {
    if (equals_nocase(value->text, tag)) return true;
  }
  return false;
}

}  // namespace flowgate::sip
