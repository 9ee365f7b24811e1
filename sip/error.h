// What can be wrong with a message: values, never exceptions (the peer is wrong, and we know what to answer).
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace flowgate::sip {

enum class Error {
  not_sip = 1,     // no SIP start line: nothing to answer to
  incomplete,      // no empty line behind the header fields
  too_large,       // over a limit of Limits
  bad_start_line,  // looks like SIP, but is not a valid Request-Line or Status-Line
  bad_field,       // a header field line without a name or a colon, or a control character in a field
  bad_uri,
  bad_host,
  bad_port,
  bad_parameter,
  bad_quoted_string,
  bad_via,
  bad_address,  // name-addr / addr-spec
  bad_cseq,
  bad_number,
  too_many_values,
  bad_credentials,
};

const boost::system::error_category& error_category();
boost::system::error_code make_error_code(Error error);

template <class T>
using Result = boost::system::result<T>;

}  // namespace flowgate::sip

template <>
struct boost::system::is_error_code_enum<flowgate::sip::Error> : std::true_type {};
