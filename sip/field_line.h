// Where header field lines end (RFC 3261 §7.3.1). Messages and stream framing both read lines here, so that
// they cannot disagree on where a field, the header or the body begins.
#pragma once

#include <cstddef>
#include <string_view>

namespace flowgate::sip {

// One header field line with its continuation lines. Views into the text it was read from.
struct FieldLine {
  std::string_view name;   // "" when the line has no name or no colon behind it
  std::string_view value;  // without surrounding white space, but folds inside are as they came
  std::size_t size = 0;    // with its line end; 0 when the text ends before the line does
  std::size_t end = 0;     // of these, the octets of the line end
};

// Reads the line at the front of `text`, which is not the empty line.
FieldLine read_field_line(std::string_view text);

// The octets of the empty line at the front of `text`: 2 for CRLF, 1 for a lone LF, 0 when there is none.
inline std::size_t empty_line(std::string_view text) {
  if (text.empty()) return 0;
  if (text[0] == '\n') return 1;
  return text[0] == '\r' && text.size() > 1 && text[1] == '\n' ? 2 : 0;
}

// `line` without the CRLF or lone LF at its end.
inline std::string_view without_line_end(std::string_view line) {
  if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace flowgate::sip
