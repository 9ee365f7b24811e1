#include "sip/params.h"

#include <boost/container/small_vector.hpp>

#include "sip/cursor.h"
#include "sip/escapes.h"
#include "sip/text.h"

namespace flowgate::sip {

// The names seen so far. With Limits::params of them, looking for one costs no more than that many times its
// length; where there are escapes, they are taken out of each name once.
class Params::Names {
 public:
  Names(const Params& params, const Limits& limits) : escapes_(params.escapes_), limit_(limits.params) {
    if (escapes_) canonical_.reserve(params.text_.size());
  }

  std::optional<Error> add(std::string_view name) {
    if (names_.size() >= limit_) return Error::too_many_values;
    if (escapes_) name = canonical_name(name);
    for (auto other : names_) {
      if (equals_nocase(name, other)) return Error::bad_parameter;
    }
    names_.emplace_back(name.data(), name.size());
    return std::nullopt;
  }
  bool empty() const { return names_.empty(); }

 private:
  std::string_view canonical_name(std::string_view name) {
    const std::size_t begin = canonical_.size();
    append_canonical(canonical_, name, Case::ignored);
    return std::string_view{canonical_}.substr(begin);
  }

  bool escapes_;
  std::size_t limit_;
  std::string canonical_;  // of all names; no longer than their text, so that it does not move
  boost::container::small_vector<std::string_view, 64> names_;
};

// *( SEMI token [ EQUAL gen-value ] )
Result<Params> Params::parse(std::string_view text, const Limits& limits) {
  Params params;
  params.text_ = text;
  if (text.empty()) return params;
  Names names{params, limits};
  Cursor cursor{text};
  const char* end = cursor.position();
  while (cursor.take_separator(';')) {
    if (cursor.done() && !names.empty()) break;
    const auto name = cursor.take(Chars::token);
    if (name.empty()) return Error::bad_parameter;
    if (auto error = names.add(name)) return *error;
    end = cursor.position();
    if (cursor.take_separator('=')) {
      const bool quoted = cursor.peek() == '"';
      const auto value = quoted ? cursor.take_quoted() : cursor.take(Chars::gen_value);
      if (value.empty()) return quoted ? Error::bad_quoted_string : Error::bad_parameter;
      end = cursor.position();
    }
  }
  cursor.take_space();
  if (!cursor.done()) return Error::bad_parameter;
  params.text_ = text.substr(0, static_cast<std::size_t>(end - text.data()));
  return params;
}

// uri-parameters = *( ";" uri-parameter ); every uri-parameter fits other-param = pname [ "=" pvalue ], both
// 1*paramchar.
Result<Params> Params::parse_uri(std::string_view text, const Limits& limits) {
  Params params;
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
