// SIP messages as text: what phones of a ladder send and receive.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flowgate::test {

using Lines = std::vector<std::string>;

// A whole SIP message, easy to look into.
class Packet {
 public:
  Packet() = default;
  explicit Packet(std::string text) : text_(std::move(text)) {}
  const std::string& text() const { return text_; }
  std::string start_line() const;
  // All values of the lines of that name (any case, as written), in order, one for each line.
  std::vector<std::string> all(std::string_view name) const;
  // The first of them; "" when there is none.
  std::string header(std::string_view name) const;
  bool has(std::string_view name) const { return !all(name).empty(); }
  std::string body() const;
  int status() const;
  std::string request_uri() const;

 private:
  std::string text_;
};

// A start line and header lines become a message: CRLF line ends, Content-Length added.
std::string message(std::string_view start_line, const Lines& lines, std::string_view body = {});

// The text with the first `from` in it, which must be there, become `to`.
std::string replaced(std::string text, std::string_view from, std::string_view to);

// What stands between '<' and '>'; the whole value when there is neither.
std::string uri_in(std::string_view value);
// The value of a header field parameter as it stands, with quotes; "" when there is none.
std::string param_of(std::string_view value, std::string_view name);
// `text` without the quotes around it, if there are any.
std::string unquoted(std::string text);

// One side's view of a dialog: RFC 3261 §12.1.
struct Dialog {
  std::string local, remote;  // From and To of what this side sends
  std::string call_id;
  std::string target;               // the other side's Contact URI
  std::vector<std::string> routes;  // values of Route
  int cseq = 0;
};
// §12.1.2: the route set is the Record-Route of the answer, turned round.
Dialog caller_side(const Packet& answer);
// §12.1.1: the route set is the Record-Route of the request. `answer`: for the tag in its To.
Dialog callee_side(const Packet& request, const Packet& answer);

}  // namespace flowgate::test
