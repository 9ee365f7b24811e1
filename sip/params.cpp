#include "sip/params.h"

#include "sip/cursor.h"
#include "sip/escapes.h"
#include "sip/params_reader.h"
#include "sip/text.h"

namespace flowgate::sip {

Result<Params> Params::parse(std::string_view text, const Limits& limits) {
  Result<Params> params;
  if (const auto error = read(text, limits, *params, [](const Param&) {})) params = error;
  return params;
}

// uri-parameters = *( ";" uri-parameter ); every uri-parameter fits other-param = pname [ "=" pvalue ], both
// 1*paramchar.
boost::system::error_code Params::parse_uri(std::string_view text, const Limits& limits, Params& params) {
  params.text_ = text;
  params.escapes_ = text.find('%') != text.npos;
  Names names{params, limits};
  Cursor cursor{text};
  const auto wrong_here = [&] { return cursor.peek() == '%' ? Error::bad_uri : Error::bad_parameter; };
  while (cursor.take(';')) {
    const auto name = cursor.take_escaped(Chars::paramchar);
    if (name.empty()) return wrong_here();
    if (auto error = names.add(name)) return *error;
    if (cursor.take('=') && cursor.take_escaped(Chars::paramchar).empty()) return wrong_here();
  }
  if (!cursor.done()) return wrong_here();
  return {};
}

Result<Params> Params::parse_uri(std::string_view text, const Limits& limits) {
  Result<Params> params;
  if (const auto error = parse_uri(text, limits, *params)) params = error;
  return params;
}

bool Params::same_name(std::string_view a, std::string_view b) const {
  if (escapes_) return same_unescaped(a, b, Case::ignored);
  return equals_nocase(a, b);
}

std::optional<std::string_view> Params::find(std::string_view name) const {
  if (name.empty()) return std::nullopt;
  for (const Param& param : *this) {
    if (same_name(param.name, name)) return param.value;
  }
  return std::nullopt;
}

Params::iterator Params::begin() const {
  iterator first;
  first.rest_ = text_;
  first.done_ = false;
  return ++first;
}

Params::iterator Params::end() const {
  iterator behind;
  behind.rest_ = text_.substr(text_.size());
  return behind;
}

Params::iterator& Params::iterator::operator++() {
  Cursor cursor{rest_};
  if (!cursor.take_separator(';')) {
    done_ = true;
    return *this;
  }
  const char* begin = cursor.position();
  const auto name = cursor.take(Chars::token | Chars::paramchar);
  param_ = {name, {}, false, name};
  if (cursor.take_separator('=')) {
    const char* value = cursor.position();
    if (cursor.take_quoted().empty()) cursor.take(Chars::gen_value | Chars::paramchar);
    param_.value = cursor.since(value);
    param_.has_value = true;
    param_.whole = cursor.since(begin);
  }
  rest_ = cursor.rest();
  return *this;
}

}  // namespace flowgate::sip
