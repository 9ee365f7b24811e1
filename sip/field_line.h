// Where header field lines end (RFC 3261 §7.3.1). Messages and stream framing both read lines here, so that
// they cannot disagree on where a field, the header or the body begins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sip/message.h"

namespace flowgate::sip {

enum class FieldLine : std::uint8_t {
  unfinished,  // the text ends before the line does
  plain,       // no fold and no control character in it but the CRLF at its end, not even HT
  other,
};

// Reads the line at `begin` of `text`, with its continuation lines, into `field`, a fresh one, whose ranges
// are of `text`. It is not the empty line. The name is "" when there is none or no colon behind it; folds in
// the value are as they came.
[[nodiscard]] FieldLine read_field_line(std::string_view text, std::size_t begin, Field& field);

// The octets of the empty line at `at` of `text`: 2 for CRLF, 1 for a lone LF, 0 when there is none.
inline std::size_t empty_line(std::string_view text, std::size_t at = 0) {
  if (at >= text.size()) return 0;
  if (text[at] == '\n') return 1;
  return text[at] == '\r' && text.size() - at > 1 && text[at + 1] == '\n' ? 2 : 0;
}

// `line` without the CRLF or lone LF at its end.
inline std::string_view without_line_end(std::string_view line) {
  if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace flowgate::sip
