#include "proxy/notifier.h"

#include <utility>
#include <vector>

#include "proxy/server_transaction.h"
#include "registrar/gruu.h"
#include "sip/address.h"
#include "sip/text.h"
#include "sip/value.h"
#include "sip/writer.h"

namespace flowgate::proxy {
namespace {

// Longer ones are nobody's.
constexpr std::size_t kMaxUserOctets = 512;

void refuse(ServerTransaction& server, const registrar::Answer& answer) {
  server.respond(answer.status, answer.reason, answer.fields);
}

void refuse(ServerTransaction& server, const Refusal& refusal) {
  server.respond(refusal.status, refusal.reason, refusal.fields);
}

bool has_to_tag(const sip::Message& request) {
  const auto to = sip::Address::parse(request.value(sip::Header::to));
  return to && to->params.has("tag");
}

// RFC 3261 §12.1.1: "If the request that initiated the dialog contained a SIPS URI in the Request-URI or in
// the top Record-Route header field value, if there was any, or the Contact header field if there was no
// Record-Route header field, the Contact header field in the response MUST be a SIPS URI."
bool asks_for_sips(const sip::Message& subscribe) {
  const auto route = sip::first_value(subscribe, sip::Header::record_route);
  const auto value = route ? route : sip::first_value(subscribe, sip::Header::contact);
  const auto address = value ? sip::Address::parse(value->text) : sip::Error::bad_address;
  return sip::is_sips(subscribe.request_uri()) || (address && address->uri.scheme == sip::Scheme::sips);
}

// RFC 3261 §12.1.1, RFC 6665 §4.2.1.1 and §4.4.4.
std::string success_fields(const sip::Message& subscribe, std::chrono::seconds duration,
                           std::string_view contact) {
  std::string text;
  sip::FieldWriter fields(text);
  sip::Values routes(subscribe, sip::Header::record_route);
  while (const auto route = routes.next()) fields.field("Record-Route", {route->text});
  fields.field("Contact", {"<", contact, ">"});
  fields.field("Expires", {std::to_string(duration.count())});
  fields.field("Allow-Events", {"reg"});
  return text;
}

}  // namespace

Notifier::Notifier(const NotifierParts& parts, registrar::LocationService& location, FlowTokens& tokens)
    : parts_(parts), location_(location), tokens_(tokens), registrations_(parts_.timers(), location) {}

// Client transactions may hold subscriptions for longer: they let go of what is ours.
Notifier::~Notifier() {
  for (const auto& [id, subscription] : std::exchange(subscriptions_, {})) subscription->drop();
}

std::optional<std::uint8_t> Notifier::shard_of(const sip::Message& request, const Flow& flow) const {
  if (request.method() != sip::Method::subscribe) return std::nullopt;
  const auto uri = sip::Uri::parse(request.request_uri());
  const auto contact = uri ? NotifierContact::parse(*uri) : std::nullopt;
  if (!contact || !parts_.local.is_ours(*uri, flow.local)) return std::nullopt;
  return contact->shard;
}

bool Notifier::takes(const sip::Message& subscribe, const sip::Uri& uri, const Flow& flow) const {
  const bool ours = parts_.domains.owns(uri);
  if (!ours && !parts_.local.is_ours(uri, flow.local)) return false;
  if (!uri.has_user || NotifierContact::parse(uri)) return true;
  return ours && !registrar::is_gruu(uri) && reg_event::asks_for_reg(subscribe);
}

void Notifier::receive(ServerTransaction& server, const sip::Uri& uri, const registrar::User* user) {
  if (const auto contact = NotifierContact::parse(uri)) return receive_in_dialog(server, *contact, user);
  // RFC 3261 §12.2.2: a tag in the To, and no such dialog.
  if (has_to_tag(server.request())) return server.respond(481);
  receive_initial(server, uri, user);
}

void Notifier::receive_initial(ServerTransaction& server, const sip::Uri& uri, const registrar::User* user) {
  const auto request = reg_event::read_subscribe(server.request(), parts_.options);
  if (!request) return refuse(server, request.error());
  const auto aor = parts_.domains.aor(uri);
  if (!aor || !parts_.domains.has_user(*aor)) return server.respond(404);
  if (uri.user.size() > kMaxUserOctets) return server.respond(414);
  if (!request->ends() && subscriptions_.size() >= parts_.options.max_subscriptions) {
    std::string fields;
    sip::FieldWriter(fields).field("Retry-After", {"60"});
    return server.respond(503, {}, fields);
  }
  const NotifierContact contact{parts_.shard, parts_.random()};
  std::string aor_uri;
  registrar::append_aor(aor_uri, uri);
  const auto watched = registrations_.watch(*aor);
  const auto subscriber = reg_event::subscriber_of(server.request(), server.flow(), tokens_);
  authorise(server, subscriber, user, watched,
            [this, request = *request, aor_uri, contact, watched](ServerTransaction& waiting) {
              accept(waiting, request, aor_uri, contact, watched);
            });
}

// Looks at the record once, for whether the subscriber may know of it and for what he will be told.
void Notifier::authorise(ServerTransaction& server, reg_event::Subscriber subscriber,
                         const registrar::User* user, std::shared_ptr<WatchedRegistration> watched,
                         std::function<void(ServerTransaction&)> then) {
  const auto allowed = std::make_shared<bool>(false);
  const std::string aor = watched->registration().aor();
  subscriber.authenticated = user != nullptr && parts_.domains.belongs_to(aor, *user);
  location_.lookup(
      aor,
      [this, allowed, subscriber, watched = std::move(watched)](const registrar::Record& record) {
        *allowed = reg_event::may_watch(subscriber, record, parts_.now(), tokens_);
        if (!watched->registration().observed()) watched->observe(record, registrar::Cause::request);
      },
      [this, allowed, key = server.key(), then = std::move(then)] {
        ServerTransaction* waiting = parts_.core.transactions.find_server(key);
        if (waiting == nullptr || waiting->has_final()) return;
        // RFC 6665 §4.2.1.3
        *allowed ? then(*waiting) : waiting->respond(403, "Not Your Registration");
      });
}

void Notifier::accept(ServerTransaction& server, const reg_event::SubscribeRequest& request,
                      std::string aor_uri, const NotifierContact& contact,
                      const std::shared_ptr<WatchedRegistration>& watched) {
  if (!request.ends() && watched->watchers() >= parts_.options.max_per_aor)
    return server.respond(403, "Too Many Subscriptions");
  const sip::Message& subscribe = server.request();
  const Flow& flow = server.flow();
  const bool direct = reg_event::subscriber_of(subscribe, flow, tokens_).direct;
  auto dialog = NotifierDialog::make(subscribe, flow, direct, server.key().to_tag(),
                                     contact.uri(parts_.local, flow, asks_for_sips(subscribe)));
  if (!dialog) return refuse(server, dialog.error());
  server.respond(200, {}, success_fields(subscribe, request.duration, dialog->contact()));

  const auto subscription = std::make_shared<NotifierSubscription>(
      parts_, std::move(*dialog),
      NotifierSubscription::Terms{std::move(aor_uri), request.event, request.duration,
                                  [this, id = contact.id] { subscriptions_.erase(id); }},
      watched);
  // RFC 6665 §4.4.3: a fetch.
  if (request.ends()) return subscription->end();
  subscriptions_.emplace(contact.id, subscription);
  subscription->begin();
}

void Notifier::receive_in_dialog(ServerTransaction& server, const NotifierContact& contact,
                                 const registrar::User* user) {
  const sip::Message& subscribe = server.request();
  const auto found = subscriptions_.find(contact.id);
  if (found == subscriptions_.end() || !found->second->dialog().matches(subscribe))
    return server.respond(481);
  NotifierSubscription& subscription = *found->second;
  if (subscription.dialog().is_out_of_order(subscribe)) return server.respond(500, "CSeq Out Of Order");
  const auto request = reg_event::read_subscribe(subscribe, parts_.options);
  if (!request) return refuse(server, request.error());
  // RFC 6665 §4.5.2: another id is another subscription in the same dialog; "it may choose to fail".
  if (request->event != subscription.event()) return server.respond(403, "Dialogs Are Not Shared");
  // Whoever hangs up need not have a registration any more.
  if (request->ends() && server.flow() == subscription.dialog().flow())
    return refresh(server, *request, contact.id);
  const NotifierDialog& dialog = subscription.dialog();
  const auto subscriber =
      reg_event::subscriber_in_dialog(subscribe, server.flow(), dialog.routes(), dialog.flow(), tokens_);
  authorise(server, subscriber, user, subscription.watched(),
            [this, request = *request, id = contact.id](ServerTransaction& waiting) {
              refresh(waiting, request, id);
            });
}

// RFC 6665 §4.2.1.4
void Notifier::refresh(ServerTransaction& server, const reg_event::SubscribeRequest& request,
                       std::uint64_t id) {
  const auto found = subscriptions_.find(id);
  if (found == subscriptions_.end()) return server.respond(481);
  const auto subscription = found->second;
  const sip::Message& subscribe = server.request();
  const bool direct = reg_event::subscriber_of(subscribe, server.flow(), tokens_).direct;
  if (const Refusal refusal = subscription->dialog().refresh(subscribe, server.flow(), direct))
    return refuse(server, refusal);
  server.respond(200, {}, success_fields(subscribe, request.duration, subscription->dialog().contact()));
  request.ends() ? subscription->end() : subscription->renew(request.duration);
}

}  // namespace flowgate::proxy
