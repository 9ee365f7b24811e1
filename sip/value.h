// Header values: lists separated by commas, CSeq, numbers and option tags (RFC 3261 §7.3.1, §20).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sip/error.h"
#include "sip/message.h"

namespace flowgate::sip {

struct CSeq {
  std::uint32_t number = 0;
  std::string_view method;
  [[nodiscard]] static Result<CSeq> parse(
      std::string_view text);  // bad_cseq; the number is below 2^31 (§8.1.1.5)
};

// The values of all fields of one header, in order: "A, B" and "A" CRLF "B" are the same (§7.3.1). Commas
// inside quoted strings and angle brackets do not separate. Empty values are skipped. Lives as long as the
// message.
class Values {
 public:
  struct Value {
    std::string_view text;         // trimmed
    const Field* field = nullptr;  // the line it stands on
  };

  Values(const Message& message, Header header) : message_(&message), next_(message.find(header)) {}

  // The next value; nothing behind the last.
  std::optional<Value> next();

 private:
  const Message* message_;
  const Field* field_ = nullptr;  // the one that is being read
  const Field* next_;
  std::string_view rest_;
};

// The first value of a header, or nothing.
std::optional<Values::Value> first_value(const Message& message, Header header);

// Cuts the first value off a list: returns it trimmed and leaves what stands behind its comma in `list`.
std::string_view cut_value(std::string_view& list);

// The tag parameter of a From or To ("" when it has no value), or nothing. Looks at no more than it must: the
// rest of the field may be malformed.
std::optional<std::string_view> tag_of(std::string_view value);

// Is the option tag among the values of Supported, Require, ...? Compared without case.
bool has_option(const Message& message, Header header, std::string_view tag);

}  // namespace flowgate::sip
