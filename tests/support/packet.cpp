#include "support/packet.h"

#include <algorithm>

#include "sip/text.h"

namespace flowgate::test {

std::string Packet::start_line() const {
  return text_.substr(0, text_.find("\r\n"));
}

std::vector<std::string> Packet::all(std::string_view name) const {
  std::vector<std::string> values;
  std::string_view rest = std::string_view(text_).substr(0, text_.find("\r\n\r\n") + 2);
  rest.remove_prefix(std::min(rest.size(), rest.find("\r\n") + 2));
  while (!rest.empty()) {
    const auto end = rest.find("\r\n");
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    const auto colon = line.find(':');
    if (sip::equals_nocase(sip::trim(line.substr(0, colon)), name))
      values.emplace_back(sip::trim(line.substr(colon + 1)));
  }
  return values;
}

std::string Packet::header(std::string_view name) const {
  const auto values = all(name);
  return values.empty() ? "" : values.front();
}

std::string Packet::body() const {
  return text_.substr(text_.find("\r\n\r\n") + 4);
}

int Packet::status() const {
  return text_.starts_with("SIP/2.0 ") ? static_cast<int>(sip::parse_number(text_.substr(8, 3)).value_or(0))
                                       : 0;
}

std::string Packet::request_uri() const {
  const std::string line = start_line();
  const auto begin = line.find(' ') + 1;
  return line.substr(begin, line.rfind(' ') - begin);
}

std::string message(std::string_view start_line, const Lines& lines, std::string_view body) {
  std::string text(start_line);
  text += "\r\n";
  for (const std::string& line : lines) text += line + "\r\n";
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return text.append(body);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  return text.replace(text.find(from), from.size(), to);  // throws when there is no `from`
}

std::string uri_in(std::string_view value) {
  const auto begin = value.find('<');
  if (begin == std::string_view::npos) return std::string(value.substr(0, value.find(';')));
  return std::string(value.substr(begin + 1, value.find('>', begin) - begin - 1));
}

std::string param_of(std::string_view value, std::string_view name) {
  const std::string wanted = ";" + std::string(name) + "=";
  const auto uri_end = value.find('>');
  const auto found = value.find(wanted, uri_end == std::string_view::npos ? 0 : uri_end);
  if (found == std::string_view::npos) return {};
  value.remove_prefix(found + wanted.size());
  const auto end = value.starts_with('"') ? value.find('"', 1) + 1 : value.find(';');
  return std::string(value.substr(0, end));
}

std::string unquoted(std::string text) {
  return text.starts_with('"') ? text.substr(1, text.size() - 2) : text;
}

Dialog caller_side(const Packet& answer) {
  Dialog dialog{answer.header("From"),      answer.header("To"),
                answer.header("Call-ID"),   uri_in(answer.header("Contact")),
                answer.all("Record-Route"), 1};
  std::reverse(dialog.routes.begin(), dialog.routes.end());
  return dialog;
}

Dialog callee_side(const Packet& request, const Packet& answer) {
  return {answer.header("To"),         answer.header("From"),
          answer.header("Call-ID"),    uri_in(request.header("Contact")),
          request.all("Record-Route"), 0};
}

}  // namespace flowgate::test
