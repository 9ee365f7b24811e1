#include "sip/error.h"

#include <string>

namespace flowgate::sip {
namespace {

const char* text_of(Error error) {
  switch (error) {
    case Error::not_sip:
      return "not a SIP message";
    case Error::incomplete:
      return "no empty line behind the header fields";
    case Error::too_large:
      return "too large";
    case Error::bad_start_line:
      return "malformed start line";
    case Error::bad_field:
      return "malformed header field";
    case Error::bad_uri:
      return "malformed URI";
    case Error::bad_host:
      return "malformed host";
    case Error::bad_port:
      return "malformed port";
    case Error::bad_parameter:
      return "malformed parameter";
    case Error::bad_quoted_string:
      return "malformed quoted string";
    case Error::bad_via:
      return "malformed Via";
    case Error::bad_address:
      return "malformed address";
    case Error::bad_cseq:
      return "malformed CSeq";
    case Error::bad_number:
      return "malformed number";
    case Error::too_many_values:
      return "too many values";
    case Error::bad_credentials:
      return "malformed credentials";
  }
  return "unknown error";
}

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "sip"; }
  std::string message(int value) const override { return text_of(static_cast<Error>(value)); }
};

}  // namespace

const boost::system::error_category& error_category() {
  static const Category category;
  return category;
}

boost::system::error_code make_error_code(Error error) {
  return {static_cast<int>(error), error_category()};
}

}  // namespace flowgate::sip
