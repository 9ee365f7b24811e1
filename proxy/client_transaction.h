// Client transactions: RFC 3261 §17.1 with RFC 6026 (the Accepted state), and CANCEL (§9.1).
#pragma once

#include <boost/intrusive/list.hpp>
#include <memory>
#include <string>

#include "flowtoken/flow.h"
#include "proxy/branch.h"
#include "proxy/timer_wheel.h"
#include "sip/message.h"

namespace flowgate::proxy {

class Transactions;
class ClientTransaction;

// Whoever sent the request.
class ClientUser {
 public:
  virtual ~ClientUser() = default;
  // The request is the user's own, not one that it forwards: its response has no Via but ours.
  virtual bool originates() const { return false; }
  // A provisional response, the final one, or one more 2xx to an INVITE (RFC 6026 §7.2).
  virtual void received(ClientTransaction& transaction, const sip::Message& response) = 0;
  // No final response in time (Timer B or F).
  virtual void timed_out(ClientTransaction& transaction) = 0;
  // The flow broke before the final response.
  virtual void transport_failed(ClientTransaction& transaction) = 0;
  // It is over; it is gone when this returns. Always the last call.
  virtual void terminated(ClientTransaction& transaction) = 0;
};

// RFC 3261 figures 5 and 6; RFC 6026 figure 4. `calling` is Trying for non-INVITE; `accepted` is for INVITE
// only.
enum class ClientState : std::uint8_t { calling, proceeding, completed, accepted, terminated };

class ClientTransaction
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  ClientTransaction(Transactions& owner, const Branch& branch, sip::Method method, const Flow& flow,
                    std::string request, std::shared_ptr<ClientUser> user);

  const Branch& branch() const { return branch_; }
  const Flow& flow() const { return flow_; }
  sip::Method method() const { return method_; }
  ClientState state() const { return state_; }
  bool originates() const { return user_ && user_->originates(); }
  bool has_final() const { return state_ != ClientState::calling && state_ != ClientState::proceeding; }

  // Sends the request. False: the flow is gone; nothing will be reported, the transaction is over.
  [[nodiscard]] bool start();
  void receive(const sip::Message& response);
  // Ends a pending INVITE: the CANCEL goes out at once or, before a provisional response, with the first one
  // (§9.1), with that Reason (RFC 3326) unless it is "".
  void cancel(std::string_view reason);
  // The flow broke before the final response.
  void flow_failed();

 private:
  friend class Transactions;
  void invite_calling(const sip::Message& response);
  void invite_proceeding(const sip::Message& response);
  void invite_completed(const sip::Message& response);
  void invite_accepted(const sip::Message& response);
  void non_invite_trying(const sip::Message& response);
  void non_invite_proceeding(const sip::Message& response);
  void pass_up(const sip::Message& response);
  void retransmit_timer();
  void state_timer();
  void send_cancel();
  void acknowledge(const sip::Message& response);
  void enter(ClientState state, std::chrono::milliseconds stay);
  void terminate();
  void keep(std::size_t octets);
  std::chrono::milliseconds if_unreliable(std::chrono::milliseconds delay) const;
  bool is_invite() const { return method_ == sip::Method::invite; }

  Transactions& owner_;
  Branch branch_;
  Flow flow_;
  std::string cancel_reason_;
  std::string request_;  // as it was sent; of an INVITE its ACK in Completed, nothing in Accepted
  std::shared_ptr<ClientUser> user_;
  Timer retransmit_;  // A, E
  Timer stay_;        // B, F, D, M
  std::chrono::milliseconds interval_{0};
  std::size_t kept_ = 0;  // octets of the messages held here
  sip::Method method_;
  ClientState state_ = ClientState::calling;
  bool cancel_wanted_ = false;
  bool cancel_sent_ = false;
};

}  // namespace flowgate::proxy
