#include "sim/packet.h"

#include <algorithm>
#include <charconv>

namespace flowgate::sim {
namespace {

std::string_view cut(std::string_view& rest, std::string_view separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view piece = rest.substr(0, end);
  rest.remove_prefix(std::min(rest.size(), end + separator.size()));
  return piece;
}

// Where the parameters of a value begin.
std::string_view params_of(std::string_view value) {
  const std::size_t end = value.find('>');
  if (end != value.npos) value.remove_prefix(end);
  const std::size_t first = value.find(';');
  return first == value.npos ? std::string_view{} : value.substr(first);
}

// ";name" or ";name=..." in `params`; its value, or nothing.
bool find_param(std::string_view params, std::string_view name, std::string_view& found) {
  while (!params.empty()) {
    params.remove_prefix(1);
    if (!params.starts_with(name)) {
      params.remove_prefix(std::min(params.find(';'), params.size()));
      continue;
    }
    params.remove_prefix(name.size());
    if (params.starts_with('=')) {
      params.remove_prefix(1);
      const bool quoted = params.starts_with('"');
      if (quoted) params.remove_prefix(1);
      found = params.substr(0, params.find(quoted ? '"' : ';'));
      return true;
    }
    if (params.empty() || params.front() == ';') return true;
  }
  return false;
}

}  // namespace

Packet::Packet(std::string text) : text_(std::make_shared<const std::string>(std::move(text))) {
  std::string_view head = *text_;
  const std::size_t end = head.find("\r\n\r\n");
  if (end != head.npos) {
    body_ = head.substr(end + 4);
    head = head.substr(0, end);
  }
  std::string_view line = cut(head, "\r\n");
  while (!head.empty()) {
    std::string_view value = cut(head, "\r\n");
    const std::string_view name = cut(value, ":");
    while (value.starts_with(' ')) value.remove_prefix(1);
    fields_.push_back({name, value});
  }
  if (line.starts_with("SIP/2.0 ")) {
    status_ = static_cast<int>(number_in(line.substr(8, 3)));
    std::string_view cseq = header("CSeq");
    cut(cseq, " ");
    method_ = cseq;
  } else {
    method_ = cut(line, " ");
    uri_ = cut(line, " ");
  }
}

std::string_view Packet::start_line() const {
  return std::string_view(*text_).substr(0, text_->find("\r\n"));
}

std::string_view Packet::header(std::string_view name) const {
  const auto found = std::ranges::find(fields_, name, &Field::name);
  return found == fields_.end() ? std::string_view{} : found->value;
}

std::vector<std::string_view> Packet::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Field& field : fields_) {
    if (field.name == name) values.push_back(field.value);
  }
  return values;
}

std::string_view Packet::top_branch() const {
  return param_in(header("Via"), "branch");
}

bool Packet::is_well_formed() const {
  for (const std::string_view name : {"From", "To", "Call-ID", "CSeq", "Content-Length"}) {
    if (std::ranges::count(fields_, name, &Field::name) != 1) return false;
  }
  const bool starts_well =
      is_request() ? start_line().ends_with(" SIP/2.0") && !uri_.empty() : status_ >= 100;
  return starts_well && !top_branch().empty() && number_in(header("Content-Length")) == body_.size() &&
         text_->find("\r\n\r\n") != std::string::npos;
}

std::string write_message(std::string_view start_line, const Lines& lines) {
  std::string text{start_line};
  text += "\r\n";
  for (const std::string& line : lines) (text += line) += "\r\n";
  return text += "Content-Length: 0\r\n\r\n";
}

std::string_view uri_in(std::string_view value) {
  const std::size_t begin = value.find('<');
  if (begin == value.npos) return value.substr(0, value.find(';'));
  return value.substr(begin + 1, value.find('>', begin) - begin - 1);
}

std::string_view param_in(std::string_view value, std::string_view name) {
  std::string_view found;
  find_param(params_of(value), name, found);
  return found;
}

bool has_param(std::string_view value, std::string_view name) {
  std::string_view found;
  return find_param(params_of(value), name, found);
}

std::string_view user_in(std::string_view uri) {
  const std::size_t at = uri.find('@');
  const std::size_t colon = uri.find(':');
  return at == uri.npos ? std::string_view{} : uri.substr(colon + 1, at - colon - 1);
}

std::string_view host_port_in(std::string_view uri) {
  const std::size_t at = uri.find('@');
  uri.remove_prefix(at == uri.npos ? uri.find(':') + 1 : at + 1);
  return uri.substr(0, uri.find(';'));
}

unsigned number_in(std::string_view text) {
  unsigned number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace flowgate::sim
