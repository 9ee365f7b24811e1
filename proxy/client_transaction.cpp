#include "proxy/client_transaction.h"

#include <algorithm>
#include <utility>

#include "proxy/transactions.h"
#include "sip/writer.h"

namespace flowgate::proxy {
namespace {

using std::chrono::milliseconds;

// The request as we sent it; it is ours, so it is within every limit.
sip::Result<sip::Message> own_request(std::string& text) {
  sip::Limits limits;
  limits.message_bytes = limits.header_bytes = limits.fields = text.size();
  return sip::Message::parse(text, limits);
}

}  // namespace

ClientTransaction::ClientTransaction(Transactions& owner, const Branch& branch, sip::Method method,
                                     const Flow& flow, std::string request, std::shared_ptr<ClientUser> user)
    : owner_(owner),
      branch_(branch),
      flow_(flow),
      request_(std::move(request)),
      user_(std::move(user)),
      retransmit_(this, [](void* self) { static_cast<ClientTransaction*>(self)->retransmit_timer(); }),
      stay_(this, [](void* self) { static_cast<ClientTransaction*>(self)->state_timer(); }),
      method_(method) {
  keep(request_.size());
}

bool ClientTransaction::start() {
  const Settings& settings = owner_.settings();
  if (!owner_.network().send(flow_, request_)) {
    user_.reset();
    terminate();
    return false;
  }
  if (!is_stream(flow_.protocol)) {
    interval_ = settings.t1;
    owner_.timers().set(retransmit_, interval_);  // Timer A, E
  }
  owner_.timers().set(stay_, settings.timeout());  // Timer B, F
  return true;
}

void ClientTransaction::receive(const sip::Message& response) {
  const bool invite = is_invite();
  switch (state_) {
    case ClientState::calling:
      return invite ? invite_calling(response) : non_invite_trying(response);
    case ClientState::proceeding:
      return invite ? invite_proceeding(response) : non_invite_proceeding(response);
    case ClientState::completed:
      return invite ? invite_completed(response) : void();  // §17.1.2.2: retransmissions are absorbed
    case ClientState::accepted:
      return invite_accepted(response);
    case ClientState::terminated:
      return;
  }
}

// RFC 3261 figure 5 with RFC 6026 figure 4, a function for each state.

void ClientTransaction::invite_calling(const sip::Message& response) {
  if (response.status() < 200 && !cancel_sent_) stay_.cancel();  // Timer B
  invite_proceeding(response);
}

void ClientTransaction::invite_proceeding(const sip::Message& response) {
  const int status = response.status();
  retransmit_.cancel();
  if (status < 200) {
    state_ = ClientState::proceeding;
    if (cancel_wanted_ && !cancel_sent_) send_cancel();
  } else if (status < 300) {
    enter(ClientState::accepted, owner_.settings().timeout());  // Timer M
    // It is neither repeated nor cancelled any more.
    request_.clear();
    request_.shrink_to_fit();
    keep(0);
  } else {
    acknowledge(response);
    enter(ClientState::completed,
          if_unreliable(std::max(owner_.settings().timeout(), milliseconds{32'000})));  // Timer D
  }
  pass_up(response);
}

void ClientTransaction::invite_completed(const sip::Message& response) {
  if (response.status() >= 300) owner_.network().send(flow_, request_);  // the ACK once more
}

void ClientTransaction::invite_accepted(const sip::Message& response) {
  if (response.status() >= 200 && response.status() < 300) pass_up(response);
}

// RFC 3261 figure 6. Timers E and F run on in Proceeding (§17.1.2.2).

void ClientTransaction::non_invite_trying(const sip::Message& response) {
  state_ = ClientState::proceeding;
  non_invite_proceeding(response);
}

void ClientTransaction::non_invite_proceeding(const sip::Message& response) {
  // No Timer K: it absorbs what comes of the response again, and so does having no transaction for it (RFC
  // 6026 §8.2).
  if (response.status() >= 200) enter(ClientState::completed, {});
  pass_up(response);
}

// To the user, who may let go of the transaction. Over a reliable transport Timer D is zero.
void ClientTransaction::pass_up(const sip::Message& response) {
  if (const std::shared_ptr<ClientUser> user = user_) user->received(*this, response);
  if (state_ == ClientState::completed && !stay_.is_set()) terminate();
}

void ClientTransaction::cancel(std::string_view reason) {
  if (!is_invite() || has_final() || cancel_wanted_) return;
  cancel_wanted_ = true;
  cancel_reason_ = reason;
  if (state_ == ClientState::proceeding) send_cancel();
}

void ClientTransaction::flow_failed() {
  if (const auto user = user_) user->transport_failed(*this);
  terminate();
}

void ClientTransaction::retransmit_timer() {
  owner_.network().send(flow_, request_);
  // Timer A doubles without bound (§17.1.1.2), Timer E up to T2; in Proceeding it is T2 (§17.1.2.2).
  const milliseconds t2 = owner_.settings().t2;
  interval_ = is_invite()                         ? 2 * interval_
              : state_ == ClientState::proceeding ? t2
                                                  : std::min(2 * interval_, t2);
  owner_.timers().set(retransmit_, interval_);
}

void ClientTransaction::state_timer() {
  if (!has_final()) {
    if (const auto user = user_) user->timed_out(*this);
  }
  terminate();
}

void ClientTransaction::send_cancel() {
  cancel_sent_ = true;
  std::string text;
  const auto invite = own_request(request_);
  if (!invite) return;
  sip::write_cancel(*invite, cancel_reason_, text);
  owner_.send_cancel(branch_, flow_, std::move(text));
  // §9.1: "if there is no final response for the original request in 64*T1 seconds, the client SHOULD then
  // consider the original transaction cancelled".
  owner_.timers().set(stay_, owner_.settings().timeout());
}

void ClientTransaction::acknowledge(const sip::Message& response) {
  std::string ack;
  const auto invite = own_request(request_);
  if (!invite) return;
  sip::write_ack(*invite, response, ack);
  request_ = std::move(ack);
  keep(request_.size());
  owner_.network().send(flow_, request_);
}

void ClientTransaction::enter(ClientState state, milliseconds stay) {
  state_ = state;
  owner_.leave_flow(*this);
  stay_.cancel();
  retransmit_.cancel();
  if (stay > milliseconds{0}) owner_.timers().set(stay_, stay);
}

void ClientTransaction::terminate() {
  if (state_ == ClientState::terminated) return;
  state_ = ClientState::terminated;
  keep(0);
  retransmit_.cancel();
  stay_.cancel();
  if (const auto user = std::exchange(user_, nullptr)) user->terminated(*this);
  owner_.remove(*this);
}

void ClientTransaction::keep(std::size_t octets) {
  owner_.account(kept_, octets);
  kept_ = octets;
}

milliseconds ClientTransaction::if_unreliable(milliseconds delay) const {
  return is_stream(flow_.protocol) ? milliseconds{0} : delay;
}

}  // namespace flowgate::proxy
