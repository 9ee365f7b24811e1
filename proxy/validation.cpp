#include "proxy/validation.h"

#include <array>

#include "sip/address.h"
#include "sip/text.h"
#include "sip/value.h"
#include "sip/writer.h"

namespace flowgate::proxy {
namespace {

using sip::Header;

Refusal bad(std::string reason) {
  return {400, std::move(reason), {}};
}

// RFC 3261 §8.1.1: To, From, CSeq, Call-ID, Max-Forwards and Via; all but Via exactly once. Max-Forwards may
// be missing (§16.3 (3): "If the request does not contain a Max-Forwards header field, this check is
// passed").
Refusal check_mandatory(const sip::Message& request) {
  static constexpr std::array kOnce = {Header::from, Header::to, Header::call_id, Header::cseq};
  for (const Header header : kOnce) {
    const sip::Field* field = request.find(header);
    if (field == nullptr) return bad("Missing " + std::string(sip::header_name(header)));
    if (request.behind(*field)) return bad("More Than One " + std::string(sip::header_name(header)));
  }
  const sip::Field* hops = request.find(Header::max_forwards);
  if (hops != nullptr && request.behind(*hops)) return bad("More Than One Max-Forwards");
  return {};
}

bool has_more_values(const sip::Message& request, Header header, std::size_t most) {
  // So few octets hold no more: each value has one at least, and all but the first a comma or a line.
  std::size_t octets = 0, lines = 0;
  for (const sip::Field* field = request.find(header); field; field = request.behind(*field), ++lines)
    octets += request.value(*field).size();
  if ((octets + lines) / 2 <= most) return false;
  sip::Values values(request, header);
  std::size_t count = 0;
  while (values.next()) {
    if (++count > most) return true;
  }
  return false;
}

std::optional<std::string_view> tag_of(const sip::Address& address) {
  if (address.params.empty()) return std::nullopt;
  return sip::tag_of(address.params.text());
}

Refusal check_values(const sip::Message& request, const sip::Limits& limits, RequestParts& parts) {
  if (!sip::Address::parse(request.value(Header::from), limits)) return bad("Bad From");
  const auto to = sip::Address::parse(request.value(Header::to), limits);
  if (!to) return bad("Bad To");
  parts.to = to->uri;
  parts.to_tag = tag_of(*to);
  if (request.value(Header::call_id).empty()) return bad("Empty Call-ID");
  const auto cseq = sip::CSeq::parse(request.value(Header::cseq));
  if (!cseq) return bad("Bad CSeq");
  if (cseq->method != request.method_text()) return bad("CSeq Method Does Not Match");
  parts.cseq = cseq->number;
  for (const Header header :
       {Header::via, Header::route, Header::record_route, Header::contact, Header::path}) {
    if (has_more_values(request, header, limits.values))
      return bad("Too Many " + std::string(sip::header_name(header)) + " Values");
  }
  return {};
}

// 420 with the option tags of `header` that are not ours.
Refusal check_options(const sip::Message& request, Header header) {
  if (request.find(header) == nullptr) return {};
  std::string unsupported;
  sip::Values values(request, header);
  while (const auto value = values.next()) {
    if (sip::equals_nocase(value->text, "gruu") || sip::equals_nocase(value->text, "outbound") ||
        sip::equals_nocase(value->text, "path")) {
      continue;
    }
    unsupported += (unsupported.empty() ? "" : ", ") + std::string(value->text);
  }
  if (unsupported.empty()) return {};
  Refusal refusal{420, {}, {}};
  sip::FieldWriter(refusal.fields).field("Unsupported", {unsupported});
  return refusal;
}

// RFC 3261 §16.3 (5). We are asked for nothing that a proxy would have to understand but what we do anyway.
Refusal check_proxy_require(const sip::Message& request) {
  if (request.method() == sip::Method::ack || request.method() == sip::Method::cancel) return {};
  return check_options(request, Header::proxy_require);
}

}  // namespace

sip::Result<sip::Via> answerable(const sip::Message& request, const sip::Limits& limits) {
  const auto value = sip::first_value(request, Header::via);
  if (!value) return sip::Error::bad_via;
  return sip::Via::parse(value->text, limits);
}

Refusal validate(const sip::Message& request, const sip::Limits& limits, bool any_scheme,
                 RequestParts& parts) {
  if (!request.version_is_2_0()) return {505, {}, {}};
  if (request.defect()) return bad(request.defect().message());
  if (Refusal refusal = check_mandatory(request)) return refusal;
  if (Refusal refusal = check_values(request, limits, parts)) return refusal;
  if (const auto error = sip::Uri::parse(request.request_uri(), limits, parts.request_uri))
    return error == sip::Error::too_large ? Refusal{414, {}, {}} : bad("Bad Request-URI");
  // §16.3 (2): a scheme that we cannot route; a Route would carry it on, but only towards somebody who can.
  if (!any_scheme && !parts.request_uri.is_sip() && request.count(Header::route) == 0) return {416, {}, {}};
  const sip::Field* hops = request.find(Header::max_forwards);
  if (hops != nullptr && !sip::parse_number(request.value(*hops))) return bad("Bad Max-Forwards");
  return check_proxy_require(request);
}

Refusal check_require(const sip::Message& request) {
  return check_options(request, Header::require);
}

}  // namespace flowgate::proxy
