// Parameters of a header field, each handed on as it is read: for whoever looks for some of them while they
// are checked.
#pragma once

#include <boost/container/small_vector.hpp>
#include <string>

#include "sip/cursor.h"
#include "sip/escapes.h"
#include "sip/params.h"

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
template <class Visit>
boost::system::error_code Params::read(std::string_view text, const Limits& limits, Params& params,
                                       Visit visit) {
  params.text_ = text;
  if (text.empty()) return {};
  Names names{params, limits};
  Cursor cursor{text};
  const char* end = cursor.position();
  while (cursor.take_separator(';')) {
    if (cursor.done() && !names.empty()) break;
    const char* begin = cursor.position();
    const auto name = cursor.take(Chars::token);
    if (name.empty()) return Error::bad_parameter;
    if (auto error = names.add(name)) return *error;
    Param param{name, {}, false, name};
    end = cursor.position();
    if (cursor.take_separator('=')) {
      const bool quoted = cursor.peek() == '"';
      param.value = quoted ? cursor.take_quoted() : cursor.take(Chars::gen_value);
      if (param.value.empty()) return quoted ? Error::bad_quoted_string : Error::bad_parameter;
      param.has_value = true;
      param.whole = cursor.since(begin);
      end = cursor.position();
    }
    visit(param);
  }
  cursor.take_space();
  if (!cursor.done()) return Error::bad_parameter;
  params.text_ = text.substr(0, static_cast<std::size_t>(end - text.data()));
  return {};
}

}  // namespace flowgate::sip
