// Messages of RFC 4475 and RFC 5118, by name, and what is asked of them often.
#pragma once

#include <vector>
#include "sip/address.h"
#include "sip/uri.h"
#include "sip/value.h"
#include "sip/via.h"

#include "tests/data/torture.h"
#include "tests/unit/sip/sample.h"

namespace flowgate::sip {

inline Sample rfc4475(const std::string& name) {
  return Sample{test::octets_of(4475, name)};
}
inline Sample rfc5118(const std::string& name) {
  return Sample{test::octets_of(5118, name)};
}

// The value of the first field of that name, also of those that have no Header.
inline std::string_view value_named(const Sample& sample, std::string_view name) {
  for (const Field& field : sample->fields()) {
    if (sample->name(field) == name) return sample->value(field);
  }
  return "(no such field)";
}

// All values of a header, each parsed; those that cannot be parsed end the test that asked.
template <class Parsed>
std::vector<Parsed> all(const Sample& sample, Header header) {
  std::vector<Parsed> parsed;
  for (Values values{sample.get(), header}; const auto value = values.next();) {
    parsed.push_back(Parsed::parse(value->text).value());
  }
  return parsed;
}
inline Address address(const Sample& sample, Header header) {
  return Address::parse(sample->value(header)).value();
}
inline Uri request_uri(const Sample& sample) {
  return Uri::parse(sample->request_uri()).value();
}

}  // namespace flowgate::sip
