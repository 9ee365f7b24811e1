// A SIP message as the simulated phones and the observers read it: a plain reading of its own, so that a
// fault of the parser under test is not shared. It is lenient; observers check what matters.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace flowgate::sim {

using Lines = std::vector<std::string>;

// Cheap to copy.
class Packet {
 public:
  explicit Packet(std::string text);

  const std::string& text() const { return *text_; }
  bool is_request() const { return status_ == 0; }
  std::string_view method() const { return method_; }  // of a response: that of its CSeq
  std::string_view uri() const { return uri_; }
  int status() const { return status_; }
  bool is_final() const { return status_ >= 200; }
  std::string_view start_line() const;

  // The first field of that name, which is written as the RFCs write it; "" when there is none.
  std::string_view header(std::string_view name) const;
  std::vector<std::string_view> all(std::string_view name) const;
  std::string_view top_branch() const;
  // Start line, one From, To, Call-ID and CSeq, a Via, and a body of Content-Length octets.
  bool is_well_formed() const;

 private:
  struct Field {
    std::string_view name, value;
  };
  std::shared_ptr<const std::string> text_;
  std::vector<Field> fields_;
  std::string_view method_, uri_, body_;
  int status_ = 0;
};

// A start line and header lines become a message without a body.
std::string write_message(std::string_view start_line, const Lines& lines);

// What stands between '<' and '>', or before the first ';'.
std::string_view uri_in(std::string_view value);
// The parameter of a header field value, behind its '>', or of a URI or Via; without quotes; "" for none.
std::string_view param_in(std::string_view value, std::string_view name);
bool has_param(std::string_view value, std::string_view name);
// "alice" of "sip:alice@example.com;gr".
std::string_view user_in(std::string_view uri);
// "example.com:5060" of "sip:alice@example.com:5060;lr".
std::string_view host_port_in(std::string_view uri);
// 0 for what is no number.
unsigned number_in(std::string_view text);

}  // namespace flowgate::sim
