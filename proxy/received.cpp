#include "proxy/received.h"

#include <algorithm>
#include <array>
#include <string>

#include "sip/value.h"

namespace flowgate::proxy {
namespace {

// Appends the parameters without rport and received, and "keep" with its value, all others as they came.
void append_kept(const sip::Via& via, std::string_view keep, std::string& out) {
  std::array params{via.rport(), via.received(), keep.empty() ? std::string_view{} : via.keep()};
  std::ranges::sort(params, {}, [](std::string_view param) { return param.data(); });
  const std::string_view text = via.params.text();
  std::size_t copied = 0;
  for (const std::string_view param : params) {
    if (param.empty()) continue;
    const auto begin = static_cast<std::size_t>(param.data() - text.data());
    const std::size_t end = begin + param.size();
    if (param.data() == via.keep().data()) {
      out += text.substr(copied, end - copied);
      (out += '=') += keep;
    } else {
      out += text.substr(copied, text.rfind(';', begin) - copied);
      out.erase(out.find_last_not_of(" \t") + 1);
    }
    copied = end;
  }
  out += text.substr(copied);
}

}  // namespace

std::optional<sip::Splice> received_params(const sip::Message& request, const sip::Via& top_via,
                                           const Flow& flow, std::chrono::seconds keep) {
  const auto sent_by = Endpoint::from(top_via.host, 0);
  const bool same = sent_by && sent_by->same_address(flow.remote);
  const bool keeps = keep.count() > 0 && !top_via.keep().empty();
  const bool rport = top_via.wants_rport();
  if (same && !rport && !keeps && top_via.received().empty()) return std::nullopt;

  thread_local std::string params;
  params.clear();
  append_kept(top_via, keeps ? std::to_string(keep.count()) : std::string{}, params);
  // RFC 3261 §25.1: via-received takes an IPv6 address without brackets.
  if (!same || rport) (params += ";received=") += flow.remote.address();
  if (rport) (params += ";rport=") += std::to_string(flow.remote.port);

  // Without parameters they go behind the sent-by, at the end of the value.
  const std::string_view old = top_via.params.text();
  const auto end = [&] { return request.range_of(sip::first_value(request, sip::Header::via)->text).end(); };
  const sip::Range range = old.empty() ? sip::Range{end(), 0} : request.range_of(old);
  return sip::Splice{range, params};
}

std::unique_ptr<sip::StoredMessage> with_received(const sip::Message& request, const sip::Via& top_via,
                                                  const Flow& flow, std::chrono::seconds keep) {
  const auto params = received_params(request, top_via, flow, keep);
  if (!params) return std::make_unique<sip::StoredMessage>(request);
  return std::make_unique<sip::StoredMessage>(request, params->replaced, params->text);
}

}  // namespace flowgate::proxy
