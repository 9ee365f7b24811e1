#include "conf/proxy_protocol.h"

#include "conf/prefixes.h"

namespace flowgate::conf {

ProxyProtocol read_proxy_protocol(const Section& top) {
  const Section section = top.section("proxy_protocol", {"from"});
  const auto from = section.find("from");
  if (!from && top.find("proxy_protocol")) {
    section.refuse("from",
                   "is missing: expected a list of the load balancers' addresses, such as [10.0.0.0/8]");
  }
  return from ? ProxyProtocol{read_prefixes(*from)} : ProxyProtocol{};
}

}  // namespace flowgate::conf
