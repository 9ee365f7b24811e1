// Parameters: generic-param = token [ EQUAL gen-value ], each behind a SEMI (RFC 3261 §25.1).
#pragma once

#include <optional>
#include <string_view>

#include "sip/error.h"
#include "sip/limits.h"

namespace flowgate::sip {

struct Param {
  std::string_view name;
  std::string_view value;  // with its quotes when it is a quoted string
  bool has_value = false;
  std::string_view whole;  // from the name to the end of the value, as it came
};

// A view of ";a=b;c" (or "" for none), already checked by whoever made it: iteration cannot fail. Lives as
// long as the text it views.
class Params {
 public:
  Params() = default;
  // Checks the text: bad_parameter, bad_quoted_string, too_many_values. White space around ';' and '=' is
  // allowed. Base64 unquoted and one ';' too many at the end are let pass: both are met. RFC 3261 §7.3.1: a
  // name "MUST NOT appear more than once".
  [[nodiscard]] static Result<Params> parse(std::string_view text, const Limits& limits = {});
  // The same into `params`, fresh ones, and `visit` is called with each Param, in order, as soon as it is
  // read: what stands behind it may be malformed. Defined in params_reader.h.
  template <class Visit>
  [[nodiscard]] static boost::system::error_code read(std::string_view text, const Limits& limits,
                                                      Params& params, Visit visit);
  // uri-parameters: no white space, no quoted strings, and characters may be escaped, also in names.
  // bad_parameter, bad_uri for a malformed escape, too_many_values.
  [[nodiscard]] static Result<Params> parse_uri(std::string_view text, const Limits& limits = {});
  // The same into `params`, fresh ones.
  [[nodiscard]] static boost::system::error_code parse_uri(std::string_view text, const Limits& limits,
                                                           Params& params);

  // Names are compared without case. The value of a parameter without one is "".
  std::optional<std::string_view> find(std::string_view name) const;
  bool has(std::string_view name) const { return find(name).has_value(); }
  std::string_view text() const { return text_; }
  bool empty() const { return text_.empty(); }

  class iterator {
   public:
    using value_type = Param;
    using difference_type = std::ptrdiff_t;
    const Param& operator*() const { return param_; }
    const Param* operator->() const { return &param_; }
    iterator& operator++();
    bool operator==(const iterator& other) const {
      return rest_.data() == other.rest_.data() && done_ == other.done_;
    }

   private:
    friend class Params;
    std::string_view rest_;  // behind param_
    Param param_;
    bool done_ = true;
  };
  iterator begin() const;
  iterator end() const;

 private:
  class Names;
  bool same_name(std::string_view a, std::string_view b) const;

  std::string_view text_;
  bool escapes_ = false;  // of a URI, with a '%' in it: names are compared as RFC 3261 §19.1.4 does
};

}  // namespace flowgate::sip
