// Why a request is not carried out: the response that says so.
#pragma once

#include <string>

namespace flowgate::proxy {

struct Refusal {
  int status = 0;      // 0: no refusal
  std::string reason;  // empty: the usual phrase
  std::string fields;  // whole header field lines, made by sip::FieldWriter
  explicit operator bool() const { return status != 0; }
};

}  // namespace flowgate::proxy
