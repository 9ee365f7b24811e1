#include "conf/prefixes.h"

namespace flowgate::conf {
namespace {

constexpr std::string_view prefix_form =
    "an address or ADDRESS/LENGTH with no bit set behind the length, such as 192.0.2.7, 10.0.0.0/8 or "
    "\"fd00::/8\"";

}  // namespace

std::vector<AddressPrefix> read_prefixes(const Value& value) {
  std::vector<AddressPrefix> prefixes;
  for (const Value& item : value.list("a list of addresses, such as [10.0.0.0/8]")) {
    const auto prefix = AddressPrefix::from(item.text(prefix_form));
    if (!prefix) item.expected(prefix_form);
    prefixes.push_back(*prefix);
  }
  return prefixes;
}

}  // namespace flowgate::conf
