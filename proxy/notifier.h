// The notifier of registration events: RFC 3680 and RFC 5628 on RFC 6665 §4.2. It answers the SUBSCRIBEs for
// "reg" that are for AORs of ours, and those within the dialogs that come of them.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <optional>

#include "flowtoken/token.h"
#include "proxy/notifier_contact.h"
#include "proxy/notifier_parts.h"
#include "proxy/notifier_subscription.h"
#include "proxy/watched_registrations.h"
#include "registrar/reg_event/authorization.h"
#include "registrar/reg_event/subscribe_request.h"

namespace flowgate::proxy {

class Notifier {
 public:
  // All references must outlive it.
  Notifier(const NotifierParts& parts, registrar::LocationService& location, FlowTokens& tokens);
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  // The shard that has the dialog which a request is sent within; nothing when the Request-URI is no Contact
  // of a notifier of this host.
  std::optional<std::uint8_t> shard_of(const sip::Message& request, const Flow& flow) const;

  // Is the SUBSCRIBE for us to answer? It has no Route left. Those for other events are for the UA, as long
  // as there may be one: not when the Request-URI names no user.
  bool takes(const sip::Message& subscribe, const sip::Uri& uri, const Flow& flow) const;
  // `user`: who has authenticated as the sender; null: nobody.
  void receive(ServerTransaction& server, const sip::Uri& uri, const registrar::User* user);

  // The bindings of the AOR have changed.
  void changed(std::string_view aor, registrar::Cause cause) { registrations_.changed(aor, cause); }
  // Does anybody here want to know? From any thread.
  bool watches(std::string_view aor) const { return registrations_.has(aor); }

  std::size_t subscriptions() const { return subscriptions_.size(); }

 private:
  void receive_initial(ServerTransaction& server, const sip::Uri& uri, const registrar::User* user);
  void receive_in_dialog(ServerTransaction& server, const NotifierContact& contact,
                         const registrar::User* user);
  void authorise(ServerTransaction& server, reg_event::Subscriber subscriber, const registrar::User* user,
                 std::shared_ptr<WatchedRegistration> watched, std::function<void(ServerTransaction&)> then);
  void accept(ServerTransaction& server, const reg_event::SubscribeRequest& request, std::string aor_uri,
              const NotifierContact& contact, const std::shared_ptr<WatchedRegistration>& watched);
  void refresh(ServerTransaction& server, const reg_event::SubscribeRequest& request, std::uint64_t id);

  NotifierParts parts_;
  registrar::LocationService& location_;
  FlowTokens& tokens_;
  WatchedRegistrations registrations_;
  // By the id in our Contact, which is random.
  boost::unordered_flat_map<std::uint64_t, std::shared_ptr<NotifierSubscription>> subscriptions_;
};

}  // namespace flowgate::proxy
