#include "proxy/server_transaction.h"

#include <algorithm>
#include <cassert>

#include "proxy/received.h"
#include "proxy/response_text.h"
#include "proxy/transactions.h"

namespace flowgate::proxy {
namespace {

using std::chrono::milliseconds;

// Where a response goes when the connection of its request is gone. Not to a client behind a NAT, which
// nobody can reach: its sent-by is another address than the one that the request came from.
std::unique_ptr<NextHop> way_back_of(const Flow& flow, const sip::Via& via) {
  if (flow.protocol != Protocol::tcp && flow.protocol != Protocol::tls) return nullptr;
  const std::uint16_t port = via.port.value_or(flow.protocol == Protocol::tls ? 5061 : 5060);
  const auto sent_by = Endpoint::from(via.host, port);
  if (sent_by && !sent_by->same_address(flow.remote)) return nullptr;
  Endpoint address = flow.remote;
  address.port = port;
  return std::make_unique<NextHop>(NextHop{flow.protocol, address, std::string(via.host)});
}

}  // namespace

// RFC 3261 §18.2.2: responses go back over the connection of the request; over UDP to the source address, and
// to the port of the top Via's sent-by unless the client asked for its source port (rport, RFC 3581 §4). A
// client whose sent-by is not the address that the request came from sits behind a NAT: only its source port
// leads back through that.
std::uint16_t reply_port_of(const Flow& flow, const sip::Via& via) {
  if (is_stream(flow.protocol) || via.wants_rport()) return flow.remote.port;
  const auto sent_by = Endpoint::from(via.host, via.port.value_or(5060));
  return sent_by && sent_by->same_address(flow.remote) ? sent_by->port : flow.remote.port;
}

ServerTransaction::ServerTransaction(Transactions& owner, const TransactionKey& key, const Flow& flow,
                                     const sip::Via& top_via, const sip::Message& request,
                                     const sip::Splice& via)
    : owner_(owner),
      key_(key),
      tag_key_(key),
      flow_(flow),
      reply_port_(reply_port_of(flow, top_via)),
      connect_back_(way_back_of(flow, top_via)),
      received_(&request),
      via_(via),
      retransmit_(this, [](void* self) { static_cast<ServerTransaction*>(self)->retransmit_timer(); }),
      stay_(this, [](void* self) { static_cast<ServerTransaction*>(self)->state_timer(); }),
      state_(request.method() == sip::Method::invite ? ServerState::proceeding : ServerState::trying),
      invite_(request.method() == sip::Method::invite) {}

const sip::Message& ServerTransaction::request() {
  assert(!has_final());
  if (!request_) {
    assert(received_ != nullptr);
    request_ = with_received(*received_, via_);
    keep(request_->get().text().size());
  }
  return request_->get();
}

void ServerTransaction::settle() {
  if (!has_final()) static_cast<void>(request());
  received_ = nullptr;
  // RFC 4320 §4.1: "Without regard to transport, a SIP element MUST respond to a non-INVITE request with a
  // Status-Code of 100 if it has not otherwise responded after the amount of time it takes a client
  // transaction's Timer E to be reset to T2"; over UDP not before that.
  if (state_ == ServerState::trying) {
    milliseconds interval = owner_.settings().t1, delay{0};
    for (; interval < owner_.settings().t2; interval *= 2) delay += interval;
    owner_.timers().set(retransmit_, delay);
  }
}

void ServerTransaction::respond(int status, std::string_view reason, std::string_view fields) {
  if (has_final()) return;
  ResponseText text;
  const sip::Message& request = request_ ? request_->get() : *received_;
  sip::write_response(request, status, reason, tag_key_.to_tag(), fields, *text,
                      request_ ? sip::Splice{} : via_);
  // §21.5.14, the other way round: better than silence.
  if (!is_stream(flow_.protocol) && (*text).size() > max_datagram_octets && status != 513)
    return respond(513, "Response Too Large for a Datagram");
  send(status, *text);
}

Flow ServerTransaction::reply_flow() const {
  Flow reply = flow_;
  reply.remote.port = reply_port_;
  return reply;
}

void ServerTransaction::send(int status, std::string_view text) {
  switch (state_) {
    case ServerState::trying:
    case ServerState::proceeding:
      if (status >= 200) return send_final(status, text);
      // RFC 4320 §4.1: a non-INVITE has no use for provisional responses; the one 100 comes from the timer.
      if (!invite_) return;
      last_ = text;
      return transmit_new(status, last_);
    case ServerState::accepted:
    case ServerState::completed:
    case ServerState::confirmed:
      // Of an INVITE. RFC 6026 §7.1: further 2xx of the UAS, and its retransmissions of the first, pass
      // through. RFC 3261 §16.7 (5): "After a final response has been sent on the server transaction, [...]
      // any 2xx response to an INVITE request" is "forwarded immediately".
      if (status >= 200 && status < 300) transmit(text);
      return;
    case ServerState::terminated:
      return;
  }
}

void ServerTransaction::send_final(int status, std::string_view text) {
  const Settings& settings = owner_.settings();
  retransmit_.cancel();
  transmit_new(status, text);
  request_.reset();
  if (!invite_) {
    // Timer J is 0 over a reliable transport.
    if (!is_stream(flow_.protocol)) owner_.complete(*this, text);
    return terminate();
  }
  keep(status < 300 ? 0 : text.size());
  if (status < 300) {
    last_.clear();
    last_.shrink_to_fit();
    return enter(ServerState::accepted, settings.timeout());  // Timer L
  }
  last_ = std::string(text);
  enter(ServerState::completed, settings.timeout());  // Timer H
  if (!is_stream(flow_.protocol)) {
    interval_ = settings.t1;
    owner_.timers().set(retransmit_, interval_);  // Timer G
  }
}

void ServerTransaction::retransmitted() {
  switch (state_) {
    case ServerState::proceeding:
    case ServerState::completed:
      if (!last_.empty()) transmit(last_);
      return;
    case ServerState::trying:    // §17.2.2: no response to repeat yet
    case ServerState::accepted:  // RFC 6026 §7.1: absorbed, the UAS repeats its 2xx
    case ServerState::confirmed:
    case ServerState::terminated:
      return;
  }
}

void ServerTransaction::acknowledged() {
  if (state_ != ServerState::completed) return;
  retransmit_.cancel();
  enter(ServerState::confirmed, if_unreliable(owner_.settings().t4));  // Timer I
}

void ServerTransaction::abandon() {
  if (!has_final()) terminate();
}

void ServerTransaction::retransmit_timer() {
  if (state_ == ServerState::trying) {
    state_ = ServerState::proceeding;
    sip::write_response(request(), 100, {}, {}, {}, last_);
    return transmit_new(100, last_);
  }
  transmit(last_);
  interval_ = std::min(2 * interval_, owner_.settings().t2);
  owner_.timers().set(retransmit_, interval_);
}

void ServerTransaction::state_timer() {
  terminate();
}

void ServerTransaction::transmit_new(int status, std::string_view text) {
  owner_.traffic().count_response(status);
  transmit(text);
}

void ServerTransaction::transmit(std::string_view text) {
  if (owner_.network().send(reply_flow(), text) || !is_stream(flow_.protocol)) return;
  if (connect_back_) transmit_over_new_connection(std::string(text));
}

// §18.2.2: "If that connection is no longer open, the server SHOULD open a connection to the IP address in
// the received parameter, if present, using the port in the sent-by value".
void ServerTransaction::transmit_over_new_connection(std::string text) {
  Network& network = owner_.network();
  network.connect(*connect_back_, [&network, text = std::move(text)](boost::system::result<Flow> flow) {
    if (flow) network.send(*flow, text);
  });
}

void ServerTransaction::enter(ServerState state, milliseconds stay) {
  state_ = state;
  if (stay == milliseconds{0}) return terminate();
  owner_.timers().set(stay_, stay);
}

void ServerTransaction::terminate() {
  if (state_ == ServerState::terminated) return;
  state_ = ServerState::terminated;
  keep(0);
  retransmit_.cancel();
  stay_.cancel();
  if (user_ != nullptr) std::exchange(user_, nullptr)->terminated(*this);
  owner_.remove(*this);
}

void ServerTransaction::keep(std::size_t octets) {
  owner_.account(kept_, octets);
  kept_ = octets;
}

milliseconds ServerTransaction::if_unreliable(milliseconds delay) const {
  return is_stream(flow_.protocol) ? milliseconds{0} : delay;
}

}  // namespace flowgate::proxy
