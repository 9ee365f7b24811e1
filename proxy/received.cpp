#include "proxy/received.h"

#include <string>

#include "sip/text.h"
#include "sip/value.h"

namespace flowgate::proxy {

std::unique_ptr<sip::StoredMessage> with_received(const sip::Message& request, const sip::Via& top_via,
                                                  const Flow& flow, std::chrono::seconds keep) {
  const auto sent_by = Endpoint::from(top_via.host, 0);
  const bool same = sent_by && sent_by->same_address(flow.remote);
  const bool keeps = keep.count() > 0 && top_via.params.find("keep") == "";
  bool rport = false, received = false;
  std::string params;
  params.reserve(top_via.params.text().size() + 64);
  for (const sip::Param& param : top_via.params) {
    const bool is_rport = sip::equals_nocase(param.name, "rport");
    const bool is_received = sip::equals_nocase(param.name, "received");
    rport = rport || is_rport;
    received = received || is_received;
    if (is_rport || is_received) continue;
    (params += ';') += param.whole;
    if (keeps && sip::equals_nocase(param.name, "keep")) (params += '=') += std::to_string(keep.count());
  }
  if (same && !rport && !keeps && !received) return std::make_unique<sip::StoredMessage>(request);
  // RFC 3261 §25.1: via-received takes an IPv6 address without brackets.
  if (!same || rport) (params += ";received=") += flow.remote.address();
  if (rport) (params += ";rport=") += std::to_string(flow.remote.port);

  // Without parameters they go behind the sent-by, at the end of the value.
  const std::string_view old = top_via.params.text();
  const auto end = [&] { return request.range_of(sip::first_value(request, sip::Header::via)->text).end(); };
  const sip::Range range = old.empty() ? sip::Range{end(), 0} : request.range_of(old);
  return std::make_unique<sip::StoredMessage>(request, range, params);
}

}  // namespace flowgate::proxy
