#include "proxy/notifier_dialog.h"

#include "sip/address.h"
#include "sip/value.h"
#include "sip/writer.h"

namespace flowgate::proxy {
namespace {

using sip::Header;

// Of what a dialog keeps of its SUBSCRIBE, and repeats in each NOTIFY.
constexpr std::size_t kMaxOctets = 8192;

Refusal bad(std::string reason) {
  return {400, std::move(reason), {}};
}

std::string tag_of(std::string_view value) {
  const auto address = sip::Address::parse(value);
  return std::string(address ? address->params.find("tag").value_or("") : "");
}

std::uint32_t cseq_of(const sip::Message& request) {
  const auto cseq = sip::CSeq::parse(request.value(Header::cseq));
  return cseq ? cseq->number : 0;
}

}  // namespace

boost::system::result<NotifierDialog, Refusal> NotifierDialog::make(const sip::Message& subscribe,
                                                                    const Flow& flow, bool direct,
                                                                    std::string_view local_tag,
                                                                    std::string contact) {
  NotifierDialog dialog;
  dialog.local_tag_ = local_tag;
  dialog.remote_tag_ = tag_of(subscribe.value(Header::from));
  if (dialog.remote_tag_.empty()) return bad("Missing From Tag");
  dialog.local_ = std::string(subscribe.value(Header::to)) + ";tag=" + dialog.local_tag_;
  dialog.remote_ = subscribe.value(Header::from);
  dialog.call_id_ = subscribe.value(Header::call_id);
  dialog.contact_ = std::move(contact);
  if (Refusal refusal = dialog.read_routes(subscribe)) return refusal;
  if (subscribe.count(Header::contact) == 0) return bad("Missing Contact");
  if (Refusal refusal = dialog.refresh(subscribe, flow, direct)) return refusal;
  return dialog;
}

Refusal NotifierDialog::read_routes(const sip::Message& subscribe) {
  sip::Values routes(subscribe, Header::record_route);
  while (const auto value = routes.next()) {
    const auto address = sip::Address::parse(value->text);
    if (!address || !address->uri.is_sip() || !address->bracketed) return bad("Bad Record-Route");
    if (!routes_.empty()) routes_ += ", ";
    routes_ += value->text;
  }
  return {};
}

// RFC 3261 §8.1.1.8: "The Contact header field MUST be present and contain exactly one SIP or SIPS URI";
// §12.2.2: a request in the dialog without one leaves the target as it is.
Refusal NotifierDialog::read_target(const sip::Message& subscribe) {
  if (subscribe.count(Header::contact) == 0) return {};
  sip::Values contacts(subscribe, Header::contact);
  const auto value = contacts.next();
  const auto address = value ? sip::Address::parse(value->text) : sip::Error::bad_address;
  if (!address || !address->uri.is_sip() || contacts.next()) return bad("Bad Contact");
  // §19.1.1: headers have no place in a Request-URI.
  const sip::Uri& uri = address->uri;
  target_ = uri.text.substr(0, uri.text.size() - (uri.headers.data() ? uri.headers.size() + 1 : 0));
  const std::size_t octets =
      local_.size() + remote_.size() + call_id_.size() + target_.size() + routes_.size();
  return octets > kMaxOctets ? Refusal{513, {}, {}} : Refusal{};
}

bool NotifierDialog::matches(const sip::Message& request) const {
  return request.value(Header::call_id) == call_id_ && tag_of(request.value(Header::to)) == local_tag_ &&
         tag_of(request.value(Header::from)) == remote_tag_;
}

bool NotifierDialog::is_out_of_order(const sip::Message& request) const {
  return cseq_of(request) <= remote_cseq_;
}

Refusal NotifierDialog::refresh(const sip::Message& subscribe, const Flow& flow, bool direct) {
  if (Refusal refusal = read_target(subscribe)) return refusal;
  remote_cseq_ = cseq_of(subscribe);
  flow_ = flow;
  direct_ = direct;
  return {};
}

std::string NotifierDialog::next_fields(std::string_view method) {
  std::string fields;
  sip::FieldWriter(fields)
      .field("From", {local_})
      .field("To", {remote_})
      .field("Call-ID", {call_id_})
      .field("CSeq", {std::to_string(++local_cseq_), " ", method})
      .field("Contact", {"<", contact_, ">"});
  return fields;
}

}  // namespace flowgate::proxy
