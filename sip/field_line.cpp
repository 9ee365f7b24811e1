#include "sip/field_line.h"

#include "sip/text.h"

namespace flowgate::sip {
namespace {

// The octets to the end of the line that holds the octet at `from`, or 0 when it does not end.
std::size_t line_end(std::string_view text, std::size_t from) {
  const std::size_t lf = text.find('\n', from);
  return lf == std::string_view::npos ? 0 : lf + 1;
}

}  // namespace

// message-header = header-name HCOLON header-value CRLF, where HCOLON = *( SP / HTAB ) ":" SWS: the name and
// its colon stand on one line, the value may be folded.
FieldLine read_field_line(std::string_view text) {
  FieldLine line;
  std::size_t size = line_end(text, 0);
  if (size == 0) return line;

  // Neither loop runs past the LF that was just found.
  std::size_t name_size = 0;
  while (is_token_char(text[name_size])) ++name_size;
  std::size_t colon = name_size;
  while (is_blank(text[colon])) ++colon;

  while (size < text.size() && is_blank(text[size])) {
    size = line_end(text, size);
    if (size == 0) return line;
  }

  line.size = size;
  const bool well_formed = name_size > 0 && text[colon] == ':';
  line.name = text.substr(0, well_formed ? name_size : 0);
  const std::size_t value_begin = well_formed ? colon + 1 : 0;
  const std::string_view octets = without_line_end(text.substr(value_begin, size - value_begin));
  line.end = size - value_begin - octets.size();
  line.value = trim(octets);
  return line;
}

}  // namespace flowgate::sip
