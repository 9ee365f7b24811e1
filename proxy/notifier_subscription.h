// One subscription: its dialog, its timers, and the NOTIFYs that it sends (RFC 6665 §4.2.2).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "proxy/client_transaction.h"
#include "proxy/notifier_dialog.h"
#include "proxy/notifier_parts.h"
#include "proxy/notify_way.h"
#include "proxy/watched_registrations.h"
#include "registrar/reg_event/subscription.h"

namespace flowgate::proxy {

// Lives as long as the notifier or one of its client transactions holds it.
class NotifierSubscription final : public ClientUser,
                                   public Watcher,
                                   public std::enable_shared_from_this<NotifierSubscription> {
 public:
  struct Terms {
    std::string aor_uri;  // as the SUBSCRIBE spells it
    std::string event;
    std::chrono::seconds duration;
    // The subscription is over: nobody needs to find it any more.
    std::function<void()> ended;
  };
  NotifierSubscription(const NotifierParts& parts, NotifierDialog dialog, Terms terms,
                       std::shared_ptr<WatchedRegistration> watched);
  ~NotifierSubscription() override;

  NotifierDialog& dialog() { return dialog_; }
  const std::string& event() const { return terms_.event; }
  // Nothing when it is over.
  const std::shared_ptr<WatchedRegistration>& watched() const { return watched_; }

  // It was accepted: the full state goes out, and from then on what changes.
  void begin();
  // It was refreshed for so long.
  void renew(std::chrono::seconds duration);
  // It was ended by the subscriber, has expired, or was but a fetch: the full state goes out for the last
  // time.
  void end();
  // It is over, and nobody is told.
  void drop();

  // Watcher
  void registration_changed() override;
  std::uint64_t told() const override { return subscription_.told(); }

  // ClientUser
  bool originates() const override { return true; }
  void received(ClientTransaction& transaction, const sip::Message& response) override;
  void timed_out(ClientTransaction& transaction) override;
  void transport_failed(ClientTransaction& transaction) override;
  void terminated(ClientTransaction& transaction) override;

 private:
  void arm();
  void notify(bool full);
  void send(const std::string& fields, const std::string& body);
  void send_along(const NotifyWay& way, const std::string& fields, const std::string& body);
  std::string notify_fields();

  const NotifierParts& parts_;
  NotifierDialog dialog_;
  Terms terms_;
  std::shared_ptr<WatchedRegistration> watched_;  // until it has ended
  reg_event::Subscription subscription_;
  Timer expiry_;
  Timer notify_;          // runs while changes wait to be told
  unsigned pending_ = 0;  // NOTIFYs without a final response
};

}  // namespace flowgate::proxy
