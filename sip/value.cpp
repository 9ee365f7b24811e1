#include "sip/value.h"

#include <algorithm>

#include "sip/text.h"

namespace flowgate::sip {
namespace {

constexpr std::uint32_t max_cseq = 0x7fffffff;

// The offset of the first comma that separates values, or the end.
std::size_t find_separator(std::string_view list) {
  bool quoted = false, bracketed = false;
  for (std::size_t i = 0; i < list.size(); ++i) {
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
    const auto fields = message_->fields();
    while (index_ < fields.size() && fields[index_].header != header_) ++index_;
    if (index_ == fields.size()) return std::nullopt;
    field_ = &fields[index_++];
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

bool has_option(const Message& message, Header header, std::string_view tag) {
  Values values{message, header};
  while (const auto value = values.next()) {
    if (equals_nocase(value->text, tag)) return true;
  }
  return false;
}

}  // namespace flowgate::sip
