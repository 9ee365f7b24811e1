#include "proxy/notifier_subscription.h"

#include <algorithm>
#include <array>
#include <utility>

#include "sip/writer.h"

namespace flowgate::proxy {
namespace {

using std::chrono::milliseconds;

// RFC 6665 §4.2.2: "If the NOTIFY transaction fails due to the receipt of a 404, 405, 410, 416, 480-485, 489,
// 501, or 604 response to the NOTIFY request, the notifier MUST remove the corresponding subscription." RFC
// 3261 §12.2.1.2: a 408 ends the dialog, too. RFC 5626 §5.3.1: 430, the flow in the route set is gone.
bool ends_subscription(int status) {
  constexpr std::array statuses{404, 405, 408, 410, 416, 430, 480, 481, 482, 483, 484, 485, 489, 501, 604};
  return std::ranges::binary_search(statuses, status);
}

// What Via, Max-Forwards, Route and the start line add to a NOTIFY, about.
constexpr std::size_t kMoreOctets = 400;

}  // namespace

NotifierSubscription::NotifierSubscription(const NotifierParts& parts, NotifierDialog dialog, Terms terms,
                                           std::shared_ptr<WatchedRegistration> watched)
    : parts_(parts),
      dialog_(std::move(dialog)),
      terms_(std::move(terms)),
      watched_(std::move(watched)),
      subscription_(parts.now(), terms_.duration),
      expiry_(this, [](void* self) { static_cast<NotifierSubscription*>(self)->end(); }),
      notify_(this, [](void* self) { static_cast<NotifierSubscription*>(self)->notify(false); }) {
  watched_->add(*this);
}

NotifierSubscription::~NotifierSubscription() {
  if (watched_) watched_->remove(*this);
}

void NotifierSubscription::begin() {
  arm();
  notify(true);
}

void NotifierSubscription::renew(std::chrono::seconds duration) {
  subscription_.renew(parts_.now(), duration);
  begin();
}

void NotifierSubscription::arm() {
  parts_.timers().set(expiry_, std::chrono::ceil<milliseconds>(subscription_.expires() - parts_.now()));
}

// RFC 6665 §4.2.1.4, §4.4.3: "terminated", with a reason code of "timeout", however it came to its end.
void NotifierSubscription::end() {
  if (!watched_) return;
  const auto self = shared_from_this();
  subscription_.renew(parts_.now(), std::chrono::seconds{0});
  notify(true);
  drop();
}

void NotifierSubscription::drop() {
  expiry_.cancel();
  notify_.cancel();
  const auto watched = std::exchange(watched_, nullptr);
  if (!watched) return;
  watched->remove(*this);
  watched->forget();
  std::exchange(terms_.ended, nullptr)();
}

// RFC 3680 §4.10: changes wait until five seconds have gone by since the last NOTIFY, and until that has been
// answered.
void NotifierSubscription::registration_changed() {
  if (!watched_ || pending_ > 0 || notify_.is_set()) return;
  if (!subscription_.is_behind(watched_->registration())) return;
  parts_.timers().set(notify_, std::chrono::ceil<milliseconds>(subscription_.may_notify() - parts_.now()));
}

void NotifierSubscription::notify(bool full) {
  notify_.cancel();
  const auto self = shared_from_this();  // it may end here, when there is no way
  const auto aor = sip::Uri::parse(terms_.aor_uri);
  const std::string body = subscription_.tell(
      watched_->registration(), full, {*aor, parts_.gruus, parts_.options.max_document_bytes, parts_.now()});
  watched_->forget();
  send(notify_fields(), body);
}

std::string NotifierSubscription::notify_fields() {
  std::string fields = dialog_.next_fields("NOTIFY");
  const auto left = subscription_.left(parts_.now());
  const std::string state = left.count() > 0 ? "active;expires=" + std::to_string(left.count())
                                             : std::string("terminated;reason=timeout");
  sip::FieldWriter(fields)
      .field("Event", {terms_.event})
      .field("Subscription-State", {state})
      .field("Content-Type", {"application/reginfo+xml"});
  return fields;
}

void NotifierSubscription::send(const std::string& fields, const std::string& body) {
  ++pending_;
  find_notify_way(parts_, dialog_, fields.size() + body.size() + kMoreOctets,
                  [self = shared_from_this(), fields, body](const std::optional<NotifyWay>& way) {
                    if (way) return self->send_along(*way, fields, body);
                    --self->pending_;
                    self->drop();
                  });
}

void NotifierSubscription::send_along(const NotifyWay& way, const std::string& fields,
                                      const std::string& body) {
  const Branch branch{parts_.shard, parts_.random(), 0};
  std::string text = "NOTIFY ";
  sip::append_clean(text, way.request_uri);
  text += " SIP/2.0\r\n";
  sip::FieldWriter writer(text);
  writer.field("Via", {"SIP/2.0/", via_name(way.flow.protocol), " ", parts_.local.sent_by(way.flow).text(),
                       ";branch=", branch.text(), ";rport"});
  writer.field("Max-Forwards", {"70"});
  if (!way.routes.empty()) writer.field("Route", {way.routes});
  text += fields;
  writer.field("Content-Length", {std::to_string(body.size())});
  text += "\r\n";
  text += body;
  ClientTransaction& transaction = parts_.core.transactions.make_client(branch, sip::Method::notify, way.flow,
                                                                        std::move(text), shared_from_this());
  if (transaction.start()) return;
  --pending_;
  drop();
}

void NotifierSubscription::received(ClientTransaction&, const sip::Message& response) {
  const int status = response.status();
  if (status < 200) return;
  --pending_;
  if (ends_subscription(status)) return drop();
  if (status >= 300) subscription_.missed();
  registration_changed();
}

// RFC 6665 §4.2.2: "If the NOTIFY request fails due to expiration of SIP Timer F (transaction timeout), the
// notifier SHOULD remove the subscription."
void NotifierSubscription::timed_out(ClientTransaction&) {
  --pending_;
  drop();
}

void NotifierSubscription::transport_failed(ClientTransaction&) {
  --pending_;
  drop();
}

void NotifierSubscription::terminated(ClientTransaction&) {}

}  // namespace flowgate::proxy
