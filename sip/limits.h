// Every bound on what is read from the network, in one place. Set by configuration (`limits:`).
#pragma once

#include <cstddef>

namespace flowgate::sip {

struct Limits {
  std::size_t message_bytes = 65535;  // a whole message: start line, header fields, body
  std::size_t header_bytes = 32768;   // start line and header fields, with the empty line
  std::size_t fields = 256;           // header field lines of one message
  std::size_t values = 128;           // values of one header (Via, Route, Contact, ...) that are looked at
  std::size_t params = 64;            // parameters of one value or URI
  std::size_t uri_bytes = 4096;       // one URI
};

}  // namespace flowgate::sip
