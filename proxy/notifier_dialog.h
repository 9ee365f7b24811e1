// The notifier's side of the dialog that a SUBSCRIBE makes: RFC 3261 §12, RFC 6665 §4.4.1.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "flowtoken/flow.h"
#include "proxy/refusal.h"
#include "sip/message.h"

namespace flowgate::proxy {

class NotifierDialog {
 public:
  // RFC 3261 §12.1.1. `subscribe` has no To tag; `local_tag` is the one of our 200, `contact` our Contact
  // URI. `direct`: its sender is at the other end of `flow`.
  [[nodiscard]] static boost::system::result<NotifierDialog, Refusal> make(const sip::Message& subscribe,
                                                                           const Flow& flow, bool direct,
                                                                           std::string_view local_tag,
                                                                           std::string contact);

  // §12.2.2: is the request one of this dialog?
  bool matches(const sip::Message& request) const;
  // §12.2.2: "If the remote sequence number was not empty, but the sequence number of the request is lower
  // than the remote sequence number, the request is out of order and MUST be rejected with a 500".
  bool is_out_of_order(const sip::Message& request) const;
  // A SUBSCRIBE in the dialog was accepted. It is a target refresh (RFC 6665 §3.1), and where its sender is
  // now shows by its flow.
  [[nodiscard]] Refusal refresh(const sip::Message& subscribe, const Flow& flow, bool direct);

  const std::string& contact() const { return contact_; }
  const std::string& remote_target() const { return target_; }
  const std::string& routes() const { return routes_; }  // the route set as Route values; empty: none
  // Over which the subscriber's last SUBSCRIBE came; it leads to him when he is its other end.
  const Flow& flow() const { return flow_; }
  bool direct() const { return direct_; }

  // The header fields of the next request that the dialog knows: From, To, Call-ID, CSeq, Contact.
  std::string next_fields(std::string_view method);

 private:
  NotifierDialog() = default;
  Refusal read_target(const sip::Message& subscribe);
  Refusal read_routes(const sip::Message& subscribe);

  std::string local_, remote_;  // From and To of our requests
  std::string local_tag_, remote_tag_;
  std::string call_id_, contact_, target_, routes_;
  std::uint32_t local_cseq_ = 0, remote_cseq_ = 0;
  Flow flow_;
  bool direct_ = false;
};

}  // namespace flowgate::proxy
