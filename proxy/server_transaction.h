// Server transactions: RFC 3261 §17.2 with RFC 6026 (the Accepted state) and RFC 4320.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "flowtoken/flow.h"
#include "proxy/network.h"
#include "proxy/timer_wheel.h"
#include "proxy/transaction_key.h"
#include "sip/message.h"
#include "sip/via.h"
#include "sip/writer.h"

namespace flowgate::proxy {

class Transactions;
class ServerTransaction;

// The port at the other end of `flow` that responses go to: RFC 3261 §18.2.2, RFC 3581 §4.
std::uint16_t reply_port_of(const Flow& flow, const sip::Via& top_via);

// Whoever answers the request.
class ServerUser {
 public:
  virtual ~ServerUser() = default;
  // A CANCEL came for it (INVITE only, RFC 3261 §9.2), with that value of Reason (RFC 3326), or "".
  virtual void cancelled(ServerTransaction& transaction, std::string_view reason) = 0;
  // It is over; it is gone when this returns.
  virtual void terminated(ServerTransaction& transaction) = 0;
};

// RFC 3261 figures 7 (INVITE, with RFC 6026 figure 5) and 8 (non-INVITE, with RFC 4320 §4.1):
//
// clang-format off
//               the request again   1xx to send   2xx to send       3xx-6xx to send    ACK         timer
//   INVITE
//   proceeding  send the last 1xx   send          send, accepted    send, completed    -           -
//   completed   send the response   -             send (§16.7 (5))  -                  confirmed   G: send, H: end
//   confirmed   -                   -             send (§16.7 (5))  -                  -           I: end
//   accepted    -                   -             send              -                  (no match)  L: end
//   non-INVITE
//   trying      -                   -             send, completed   send, completed    -           100, proceeding
//   proceeding  send the 100        -             send, completed   send, completed    -           -
// clang-format on
//
// A non-INVITE one ends with its final response. What is left of it in Completed, to repeat that response
// until Timer J, is in completed_responses.h.
enum class ServerState : std::uint8_t { trying, proceeding, completed, confirmed, accepted, terminated };

class ServerTransaction {
 public:
  // `via` completes the top Via of `request`. Both are only viewed, until settle().
  ServerTransaction(Transactions& owner, const TransactionKey& key, const Flow& flow, const sip::Via& top_via,
                    const sip::Message& request, const sip::Splice& via);

  const TransactionKey& key() const { return key_; }
  // The flow that the request came over. Responses go to reply_flow(), which may have another port: RFC 3261
  // §18.2.2, RFC 3581 §4.
  const Flow& flow() const { return flow_; }
  Flow reply_flow() const;
  // The request, its top Via completed with received and rport: a copy, made when it is first asked for. Only
  // before the final response was sent.
  const sip::Message& request();
  ServerState state() const { return state_; }
  bool is_invite() const { return invite_; }
  bool has_final() const { return state_ != ServerState::trying && state_ != ServerState::proceeding; }

  void set_user(ServerUser* user) { user_ = user; }
  ServerUser* user() const { return user_; }

  // Were the request carried out once more, its outcome would be the same: where many are, its response may
  // go before Timer J.
  void set_repeatable() { repeatable_ = true; }

  // Responses of our own take the To tag of that transaction from now on.
  void answers_as(const TransactionKey& other) { tag_key_ = other; }
  // A response of our own; the To tag is the key's. `fields` as for sip::write_response.
  void respond(int status, std::string_view reason = {}, std::string_view fields = {});
  // A whole response, made by us or forwarded. Dropped when the state does not allow it.
  void send(int status, std::string_view text);
  // The request was received once more.
  void retransmitted();
  // An ACK that matches (INVITE only).
  void acknowledged();
  // Ends without a response: RFC 4320 §4.2, a non-INVITE that timed out downstream.
  void abandon();

 private:
  friend class Transactions;
  // The call that the request came in ends: what has no final response yet keeps a copy.
  void settle();
  void send_final(int status, std::string_view text);
  void retransmit_timer();
  void state_timer();
  // For the first time: it is counted.
  void transmit_new(int status, std::string_view text);
  void transmit(std::string_view text);
  void transmit_over_new_connection(std::string text);
  void enter(ServerState state, std::chrono::milliseconds stay);
  void terminate();
  void keep(std::size_t octets);
  std::chrono::milliseconds if_unreliable(std::chrono::milliseconds delay) const;

  Transactions& owner_;
  TransactionKey key_, tag_key_;
  std::uint64_t merge_hash_ = 0;  // of Transactions::is_merged; 0: not looked at
  Flow flow_;
  std::uint16_t reply_port_;
  std::unique_ptr<NextHop> connect_back_;        // RFC 3261 §18.2.2
  const sip::Message* received_;                 // as it came; nullptr from settle() on
  sip::Splice via_;                              // of received_
  std::unique_ptr<sip::StoredMessage> request_;  // given back with the final response
  std::string last_;                             // the response to retransmit
  ServerUser* user_ = nullptr;
  Timer retransmit_;  // G; before the final response of a non-INVITE: the 100 of RFC 4320 §4.1
  Timer stay_;        // H, I, J, L
  std::chrono::milliseconds interval_{0};
  std::size_t kept_ = 0;  // octets of the messages held here
  ServerState state_;
  bool invite_;
  bool repeatable_ = false;
};

}  // namespace flowgate::proxy
