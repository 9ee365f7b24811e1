#include "proxy/received.h"

#include <string>

#include "sip/text.h"
#include "sip/value.h"

namespace flowgate::proxy {

sip::StoredMessage with_received(const sip::Message& request, const sip::Via& top_via, const Flow& flow,
                                 std::chrono::seconds keep) {
  const auto sent_by = Endpoint::from(top_via.host, 0);
  const bool same = sent_by && sent_by->same_address(flow.remote);
  const bool rport = top_via.wants_rport();
  const bool keeps = keep.count() > 0 && top_via.params.find("keep") == "";
  if (same && !rport && !keeps && !top_via.params.has("received")) return sip::StoredMessage(request);

  std::string params;
  for (const sip::Param& param : top_via.params) {
    if (sip::equals_nocase(param.name, "received") || sip::equals_nocase(param.name, "rport")) continue;
    params += ';';
    params += param.whole;
    if (keeps && sip::equals_nocase(param.name, "keep")) params += "=" + std::to_string(keep.count());
  }
  // RFC 3261 §25.1: via-received takes an IPv6 address without brackets.
  if (!same || rport) params += ";received=" + flow.remote.address();
  if (rport) params += ";rport=" + std::to_string(flow.remote.port);

  // Without parameters they go behind the sent-by, at the end of the value.
  const std::string_view value = sip::first_value(request, sip::Header::via)->text;
  const std::string_view old = top_via.params.text();
  const sip::Range range = old.empty() ? sip::Range{request.range_of(value).end(), 0} : request.range_of(old);
  return sip::StoredMessage(request, range, params);
}

}  // namespace flowgate::proxy
