#include "sip/field_line.h"

#include "sip/octets.h"
#include "sip/text.h"

namespace flowgate::sip {
namespace {

Range range(std::size_t begin, std::size_t end) {
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end - begin)};
}

// The offset behind the line that holds the octet at `from`, or 0 when it does not end.
std::size_t line_end(std::string_view text, std::size_t from) {
  const std::size_t lf = text.find('\n', from);
  return lf == std::string_view::npos ? 0 : lf + 1;
}

// The same with the lines that continue it.
std::size_t folded_end(std::string_view text, std::size_t from) {
  std::size_t end = line_end(text, from);
  while (end != 0 && end < text.size() && is_blank(text[end])) end = line_end(text, end);
  return end;
}

// Reads name and colon; returns where the value begins: with the line itself when they are not there.
std::size_t read_name(std::string_view text, std::size_t begin, Field& field) {
  const KnownName known = known_name({text.data() + begin, text.size() - begin});
  field.header = known.header;
  field.name = range(begin, begin + known.size);
  if (known.header != Header::other) return field.name.end() + 1;

  std::size_t at = begin;
  while (at < text.size() && is_token_char(text[at])) ++at;
  const std::string_view name = text.substr(begin, at - begin);
  while (at < text.size() && is_blank(text[at])) ++at;
  const bool well_formed = !name.empty() && at < text.size() && text[at] == ':';
  field.name = range(begin, begin + (well_formed ? name.size() : 0));
  if (!well_formed) return begin;
  field.header = header_from(name);
  return at + 1;
}

}  // namespace

// message-header = header-name HCOLON header-value CRLF, where HCOLON = *( SP / HTAB ) ":" SWS: the name and
// its colon stand on one line, the value may be folded.
FieldLine read_field_line(std::string_view text, std::size_t begin, Field& field) {
  const std::size_t value = read_name(text, begin, field);
  const std::size_t end = find_control(text, value);
  // Behind the CRLF of a whole header there is at least one octet more.
  if (text.size() - end > 2 && text[end] == '\r' && text[end + 1] == '\n' && !is_blank(text[end + 2])) {
    std::size_t first = value, behind = end;
    while (text[first] == ' ') ++first;
    while (behind > first && text[behind - 1] == ' ') --behind;
    field.value = range(first, behind);
    field.line = range(begin, end + 2);
    return FieldLine::plain;
  }
  const std::size_t line = folded_end(text, begin);
  if (line == 0) return FieldLine::unfinished;
  field.line = range(begin, line);
  const std::string_view octets = trim(without_line_end(text.substr(value, line - value)));
  const auto first = static_cast<std::size_t>(octets.data() - text.data());
  field.value = range(first, first + octets.size());
  return FieldLine::other;
}

}  // namespace flowgate::sip
