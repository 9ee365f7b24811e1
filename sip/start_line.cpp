#include "sip/start_line.h"

#include <algorithm>

#include "sip/cursor.h"
#include "sip/text.h"

namespace flowgate::sip {
namespace {

// What stands in front of the first SP or HT; all when there is none.
std::string_view first_word(std::string_view text) {
  return {text.begin(), std::find_if(text.begin(), text.end(), is_blank)};
}

std::string_view last_word(std::string_view text) {
  std::size_t begin = text.size();
  while (begin > 0 && !is_blank(text[begin - 1])) --begin;
  return text.substr(begin);
}

bool begins_with_sip(std::string_view text) {
  return equals_nocase(text.substr(0, 4), "SIP/");
}

// SIP-Version = "SIP" "/" 1*DIGIT "." 1*DIGIT
bool is_sip_version(std::string_view text) {
  if (text == "SIP/2.0") return true;
  if (!begins_with_sip(text)) return false;
  text.remove_prefix(4);
  const std::size_t dot = text.find('.');
  if (dot == 0 || dot == std::string_view::npos || dot + 1 == text.size()) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; }) &&
         text.find('.', dot + 1) == std::string_view::npos;
}

// No URI holds a blank, angle brackets (they belong to name-addr) or a quote (RFC 3261 §7.1, RFC 3986 §2).
bool may_be_uri(std::string_view text) {
  return !text.empty() && Cursor{text}.take(Chars::target).size() == text.size();
}

// Status-Line = SIP-Version SP Status-Code SP Reason-Phrase CRLF. The second SP may be missing when nothing
// follows it.
StartLine status_line(std::string_view line) {
  StartLine out;
  const std::string_view text = trim(line);
  const std::string_view version = first_word(text);
  const std::string_view rest = trim(text.substr(version.size()));
  const std::string_view code = first_word(rest);
  const auto status = code.size() == 3 ? parse_number(code) : std::nullopt;
  const bool valid = status && *status >= 100 && *status <= 699;

  out.status = valid ? static_cast<int>(*status) : -1;
  out.reason = trim(rest.substr(code.size()));
  out.version_is_2_0 = equals_nocase(version, "SIP/2.0");
  // The status stands behind exactly one SP; what follows it is free text.
  out.well_formed = valid && is_sip_version(version) && line.data() == text.data() &&
                    line[version.size()] == ' ' && code.data() == line.data() + version.size() + 1 &&
                    (line.size() == version.size() + 4 || line[version.size() + 4] == ' ');
  return out;
}

// Request-Line = Method SP Request-URI SP SIP-Version CRLF
StartLine request_line(std::string_view line, std::string_view text, std::string_view version) {
  StartLine out;
  out.is_request = true;
  out.method = first_word(text);
  out.request_uri = trim(text.substr(out.method.size(), text.size() - out.method.size() - version.size()));
  out.version_is_2_0 = equals_nocase(version, "SIP/2.0");
  out.well_formed = is_token(out.method) && may_be_uri(out.request_uri) && is_sip_version(version) &&
                    line.size() == out.method.size() + 1 + out.request_uri.size() + 1 + version.size() &&
                    line[out.method.size()] == ' ' && line[line.size() - version.size() - 1] == ' ';
  return out;
}

// The same without anything unusual, as nearly all come. False, and `out` means nothing, for all others.
bool plain_request_line(std::string_view line, StartLine& out) {
  constexpr std::string_view version = " SIP/2.0";
  if (!line.ends_with(version)) return false;
  Cursor cursor{line.substr(0, line.size() - version.size())};
  out.method = cursor.take(Chars::token);
  if (out.method.empty() || !cursor.take(' ')) return false;
  out.request_uri = cursor.take(Chars::target);
  out.is_request = out.well_formed = out.version_is_2_0 = true;
  return cursor.done() && !out.request_uri.empty() && trim(out.request_uri).size() == out.request_uri.size();
}

}  // namespace

Result<StartLine> StartLine::parse(std::string_view line) {
  Result<StartLine> plain;
  if (plain_request_line(line, *plain)) return plain;
  const std::string_view text = trim(line);
  if (begins_with_sip(text)) return status_line(line);
  const std::string_view version = last_word(text);
  if (!begins_with_sip(version)) return Error::not_sip;
  return request_line(line, text, version);
}

}  // namespace flowgate::sip
