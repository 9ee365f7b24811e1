#include "conf/proxy_protocol.h"

#include <string_view>

namespace flowgate::conf {
namespace {

constexpr std::string_view prefix_form =
    "an address or ADDRESS/LENGTH with no bit set behind the length, such as 192.0.2.7, 10.0.0.0/8 or "
    "\"fd00::/8\"";

}  // namespace

ProxyProtocol read_proxy_protocol(const Section& top) {
  const Section section = top.section("proxy_protocol", {"from"});
  const auto from = section.find("from");
  if (!from && top.find("proxy_protocol")) {
    section.refuse("from",
                   "is missing: expected a list of the load balancers' addresses, such as [10.0.0.0/8]");
  }
  ProxyProtocol proxy_protocol;
  if (!from) return proxy_protocol;
  for (const Value& item : from->list("a list of addresses, such as [10.0.0.0/8]")) {
    const auto prefix = AddressPrefix::from(item.text(prefix_form));
    if (!prefix) item.expected(prefix_form);
    proxy_protocol.from.push_back(*prefix);
  }
  return proxy_protocol;
}

}  // namespace flowgate::conf
