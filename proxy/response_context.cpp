#include "proxy/response_context.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "proxy/edge_register.h"
#include "sip/text.h"
#include "sip/value.h"

namespace flowgate::proxy {

using registrar::Target;

namespace {

// RFC 5393 §5.3.3: "If a Max-Breadth header field value is not present in the request, [...] RECOMMENDED
// [...] 60".
constexpr std::uint32_t kDefaultBreadth = 60;

// RFC 3326 §3.1: the phones that stop ringing show no missed call.
constexpr std::string_view kCompletedElsewhere = "SIP;cause=200;text=\"Call completed elsewhere\"";

std::uint32_t breadth_of(const sip::Message& request) {
  const sip::Field* field = request.find(sip::Header::max_breadth);
  return field == nullptr ? kDefaultBreadth
                          : sip::parse_number(request.value(*field)).value_or(kDefaultBreadth);
}

}  // namespace

ResponseContext::ResponseContext(CoreParts& parts, ServerTransaction& server, const RouteDecision& decision)
    : parts_(parts),
      server_(&server),
      decision_(decision),
      breadth_(breadth_of(server.request())),
      invite_(server.is_invite()) {}

ResponseContext::~ResponseContext() = default;

void ResponseContext::begin() {
  held_by_server_ = shared_from_this();
  server_->set_user(this);
}

void ResponseContext::refuse(int status, std::string_view reason) {
  final_sent_ = true;
  if (server_ != nullptr) server_->respond(status, reason);
}

void ResponseContext::fork(std::vector<Target> targets, bool located) {
  located_ = located;
  waiting_.add(std::move(targets));
  if (!cancelled_ && invite_ && server_ != nullptr) server_->respond(100);
  finish_if_done();
}

void ResponseContext::start(std::vector<Target> targets) {
  // Failures that come at once are looked at when all targets have been started.
  const bool outermost = !std::exchange(starting_, true);
  const std::uint32_t share = share_breadth(targets);
  for (Target& target : targets) {
    branches_.push_back(std::make_unique<TargetBranch>(*this, std::move(target), share));
    branches_.back()->start();
  }
  if (!outermost) return;
  starting_ = false;
  finish_if_done();
}

// RFC 5393 §5.3.3.1: the breadths of all branches that are out at a time add up to no more than that of the
// request. Targets for which nothing is left wait until a branch has ended; when none is out, there is no
// room at all: 440.
std::uint32_t ResponseContext::share_breadth(std::vector<Target>& targets) {
  std::uint32_t left = breadth_;
  bool pending = false;
  for (const auto& branch : branches_) {
    if (!branch->pending()) continue;
    pending = true;
    left -= std::min(left, branch->breadth());
  }
  if (left < targets.size()) {
    std::vector<Target> rest(std::make_move_iterator(targets.begin() + left),
                             std::make_move_iterator(targets.end()));
    targets.resize(left);
    if (left > 0 || pending) {
      waiting_.add(std::move(rest));
    } else {
      waiting_.clear();
      best_.consider(440, {});
    }
  }
  return targets.empty() ? 0 : left / static_cast<std::uint32_t>(targets.size());
}

void ResponseContext::received(ClientTransaction& transaction, const sip::Message& response) {
  TargetBranch* branch = find(transaction);
  if (branch == nullptr) return;
  const int status = response.status();
  branch->heard(status);
  if (status < 200) return provisional(*branch, response);
  if (status < 300) return success(*branch, response);
  if (!branch->pending()) return branch->end();
  if (status == 503 && branch->try_next_hop()) return;
  refused(*branch, response);
}

void ResponseContext::provisional(TargetBranch& branch, const sip::Message& response) {
  if (!invite_ || response.status() == 100) return;
  branch.restart_timer_c();
  if (!branch.pending() || answered()) return;
  std::string text;
  parts_.forwarder.response(response, {}, branch.transaction()->flow(), server_->flow(), text);
  server_->send(response.status(), text);
}

// §16.7 (5): a 2xx to an INVITE goes upstream at once, each of them; the other branches are cancelled (10).
void ResponseContext::success(TargetBranch& branch, const sip::Message& response) {
  branch.end();
  final_sent_ = true;
  waiting_.clear();
  if (server_ != nullptr) {
    server_->send(response.status(), forwarded_success(branch, response));
  }
  cancel_pending(kCompletedElsewhere);
}

// RFC 5626 §5.4: the first hop of a UA gives it the Flow-Timer, as its keepalives end there.
std::string ResponseContext::forwarded_success(const TargetBranch& branch, const sip::Message& response) {
  const Flow& from = branch.transaction()->flow();
  std::string text;
  if (server_->has_final() || !parts_.roles.edge || server_->request().method() != sip::Method::register_ ||
      !is_first_hop(server_->request())) {
    parts_.forwarder.response(response, {}, from, server_->flow(), text);
    return text;
  }
  const bool timed = sip::has_option(response, sip::Header::require, "outbound");
  const sip::Message& request = server_->request();
  const Instant now = parts_.transactions.timers().now();
  if (registers(request)) {
    parts_.ua_flows.registered(server_->flow(), outbound_dialect(request).value_or(Dialect::rfc), timed, now,
                               now + registered_for(response));
  } else if (removes(request)) {
    parts_.ua_flows.forget(server_->flow());
  }
  timed ? parts_.forwarder.register_response(response, text)
        : parts_.forwarder.response(response, {}, from, server_->flow(), text);
  return text;
}

void ResponseContext::refused(TargetBranch& branch, const sip::Message& response) {
  const int status = response.status();
  // RFC 5626 §7: "the proxy [...] on a 408 or 430 response [...] to another target with the same
  // instance-id". 410 is what 430 was in draft-ietf-sip-outbound-00 §5.2; for all others it says that the
  // user is gone for good.
  const bool flow_gone = status == 430 || (status == 410 && branch.target().dialect == Dialect::draft &&
                                           branch.target().outbound);
  if (flow_gone && located_ && branch.target().is_binding) parts_.registrar.remove(branch.target());
  if ((flow_gone || status == 408) && try_next_flow(branch)) return;
  if (flow_gone && located_) {
    // RFC 5626 §11.5: "Endpoints should never receive a 430 response."
    best_.consider(480, {});
  } else if (invite_ || status != 408) {
    // RFC 4320 §4.2: "MUST NOT send a response with Status-Code of 408 to a non-INVITE request".
    if (best_.consider(response)) best_from_ = branch.transaction()->flow();
  }
  waiting_.drop_instance(branch.target());
  if (status >= 600) {
    six_hundred_ = true;
    waiting_.clear();
    branch.end();
    cancel_pending("SIP;cause=" + std::to_string(status));
  }
  end(branch);
}

void ResponseContext::timed_out(ClientTransaction& transaction) {
  TargetBranch* branch = find(transaction);
  if (branch == nullptr || !branch->pending() || branch->try_next_hop() || try_next_flow(*branch)) return;
  // RFC 4320 §4.2: a non-INVITE has timed out upstream by now; a 408 would only be in the way.
  if (invite_) best_.consider(408, {});
  end(*branch);
}

void ResponseContext::transport_failed(ClientTransaction& transaction) {
  TargetBranch* branch = find(transaction);
  if (branch == nullptr || !branch->pending()) return;
  if (branch->try_new_connection() || branch->try_next_hop() || branch->try_request_uri()) return;
  unreachable(*branch);
}

void ResponseContext::unreachable(TargetBranch& branch) {
  if (branch.target().by_flow) parts_.registrar.remove_flow(branch.target().flow);
  if (try_next_flow(branch)) return;
  if (located_) {
    best_.consider(480, {});
  } else if (branch.target().by_flow || branch.target().or_by_uri) {
    // RFC 5626 §5.3.1: "If the flow in the flow token no longer exists, the proxy SHOULD send a 430 (Flow
    // Failed) response"; draft-ietf-sip-outbound-00 §6.2: 410.
    const bool draft = branch.target().dialect == Dialect::draft;
    best_.consider(draft ? 410 : 430, draft ? "Flow Gone" : "");
  } else {
    best_.consider(503, "Next Hop Unreachable");  // §16.9
  }
  end(branch);
}

// RFC 3261 §18.4, §21.5.14: no datagram holds it, and the UA has no other flow.
void ResponseContext::too_large(TargetBranch& branch) {
  if (try_next_flow(branch)) return;
  best_.consider(513, "Message Too Large for a Datagram");
  end(branch);
}

bool ResponseContext::try_next_flow(TargetBranch& branch) {
  if (!may_branch()) return false;
  std::vector<Target> next = waiting_.next_flow(branch.target());
  if (next.empty()) return false;
  branch.end();
  start(std::move(next));
  return true;
}

// The flow gives no sign of life. Should the UA behind it answer after all, it is cancelled, or its 2xx
// counts; first, as two requests at a time are one too many for it (RFC 3261 §8.2.2.2).
void ResponseContext::silent(TargetBranch& branch) {
  if (!branch.pending() || !may_branch() || !has_next_flow(branch.target())) return;
  branch.cancel({});
  try_next_flow(branch);
}

// §16.8: "If the client transaction has received a provisional response, the proxy MUST generate a CANCEL
// request matching that transaction"; else it behaves as after a 408, which Timer B brings about before. The
// UA has rung all the while: when even the CANCEL is not answered, none of its other flows is tried.
void ResponseContext::timer_c(TargetBranch& branch) {
  waiting_.drop_instance(branch.target());
  if (branch.transaction() != nullptr) branch.cancel({});
}

void ResponseContext::end(TargetBranch& branch) {
  branch.end();
  finish_if_done();
}

void ResponseContext::finish_if_done() {
  if (starting_ || answered()) return;
  const bool pending =
      std::any_of(branches_.begin(), branches_.end(), [](const auto& branch) { return branch->pending(); });
  if (pending) return;
  const bool room = branches_.size() < parts_.transactions.settings().max_targets;
  if (!cancelled_ && !six_hundred_ && room && !waiting_.empty()) return start(waiting_.next_group());
  send_best();
}

void ResponseContext::send_best() {
  final_sent_ = true;
  if (best_.message() != nullptr && best_.status() != 503) {
    std::string text;
    parts_.forwarder.response(*best_.message(), best_.challenges(), best_from_, server_->flow(), text);
    return server_->send(best_.status(), text);
  }
  if (cancelled_) return server_->respond(487);
  switch (best_.status()) {
    case 0:
      return server_->abandon();
    case 503:
      // §16.7 (6): a 503 says something about one next hop, not about us.
      return server_->respond(500, best_.reason().empty() ? "Next Hop Unavailable" : best_.reason());
    default:
      return server_->respond(best_.status(), best_.reason());
  }
}

void ResponseContext::cancelled(ServerTransaction&, std::string_view reason) {
  if (final_sent_ || cancelled_) return;
  cancelled_ = true;
  waiting_.clear();
  cancel_pending(reason);
  finish_if_done();
}

void ResponseContext::cancel_pending(std::string_view reason) {
  for (const auto& branch : branches_) branch->cancel(reason);
}

void ResponseContext::terminated(ServerTransaction&) {
  server_ = nullptr;
  const auto keep = std::exchange(held_by_server_, nullptr);
}

void ResponseContext::terminated(ClientTransaction& transaction) {
  if (TargetBranch* branch = find(transaction)) branch->forget_transaction();
}

TargetBranch* ResponseContext::find(const ClientTransaction& transaction) {
  const auto found = std::find_if(branches_.begin(), branches_.end(),
                                  [&](const auto& branch) { return branch->transaction() == &transaction; });
  return found == branches_.end() ? nullptr : found->get();
}

}  // namespace flowgate::proxy
