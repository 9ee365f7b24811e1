#include "proxy/response_context.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "proxy/next_hops.h"
#include "sip/text.h"

namespace flowgate::proxy {

using registrar::Target;

namespace {

// RFC 5393 §5.3.3: "If a Max-Breadth header field value is not present in the request, [...] RECOMMENDED
// [...] 60".
constexpr std::uint32_t kDefaultBreadth = 60;

std::uint32_t breadth_of(const sip::Message& request) {
  const sip::Field* field = request.find(sip::Header::max_breadth);
  return field == nullptr ? kDefaultBreadth
                          : sip::parse_number(request.value(*field)).value_or(kDefaultBreadth);
}

}  // namespace

ResponseContext::TargetBranch::TargetBranch(ResponseContext& owner, Target to)
    : context(owner),
      target(std::move(to)),
      timer_c(this,
              [](void* self) {
                auto& branch = *static_cast<TargetBranch*>(self);
                branch.context.timer_c(branch);
              }),
      silence(this, [](void* self) {
        auto& branch = *static_cast<TargetBranch*>(self);
        branch.context.silent(branch);
      }) {}

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
    TargetBranch& branch = *branches_.emplace_back(std::make_unique<TargetBranch>(*this, std::move(target)));
    branch.breadth = share;
    std::string next_hop;
    static_cast<void>(plan_for(branch.target, decision_, server_->request(), next_hop));
    if (branch.target.by_flow) {
      send(branch, branch.target.flow);
      continue;
    }
    const std::size_t octets = server_->request().text().size() + kForwardingOctets;
    find_next_hops(parts_, next_hop, server_->flow(), octets,
                   [self = shared_from_this(), &branch](std::vector<NextHop> hops) {
                     branch.hops = std::move(hops);
                     self->connect(branch);
                   });
  }
  if (!outermost) return;
  starting_ = false;
  finish_if_done();
}

// RFC 3263 §4.3: to the first of its next hops that can be reached, the others being left for when that
// fails.
void ResponseContext::connect(TargetBranch& branch) {
  if (!branch.pending || final_sent_ || server_ == nullptr) return;
  if (branch.hop == branch.hops.size()) return unreachable(branch);
  parts_.network.connect(branch.hops[branch.hop],
                         [self = shared_from_this(), &branch](boost::system::result<Flow> flow) {
                           if (!branch.pending || self->final_sent_ || self->server_ == nullptr) return;
                           if (flow) return self->send(branch, *flow);
                           if (!self->try_next_hop(branch)) self->unreachable(branch);
                         });
}

// §4.3: a failure is a transport error, a timeout or a 503.
bool ResponseContext::try_next_hop(TargetBranch& branch) {
  if (branch.hop == branch.hops.size()) return false;
  parts_.resolver.failed(branch.hops[branch.hop]);
  if (++branch.hop == branch.hops.size() || cancelled_ || final_sent_ || six_hundred_) return false;
  branch.transaction = nullptr;
  connect(branch);
  return true;
}

// RFC 5393 §5.3.3.1: the breadths of all branches that are out at a time add up to no more than that of the
// request. Targets for which nothing is left wait until a branch has ended; when none is out, there is no
// room at all: 440.
std::uint32_t ResponseContext::share_breadth(std::vector<Target>& targets) {
  std::uint32_t left = breadth_;
  bool pending = false;
  for (const auto& branch : branches_) {
    if (!branch->pending) continue;
    pending = true;
    left -= std::min(left, branch->breadth);
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

void ResponseContext::send(TargetBranch& branch, const Flow& flow) {
  const sip::Message& request = server_->request();
  std::string next_hop, text;
  ForwardPlan plan = plan_for(branch.target, decision_, request, next_hop);
  plan.max_breadth = branch.breadth;
  const Branch id = parts_.forwarder.make_branch(request);
  parts_.forwarder.request(request, server_->flow(), flow, plan, id, text);
  ClientTransaction& transaction =
      parts_.transactions.make_client(id, request.method(), flow, std::move(text), shared_from_this());
  branch.transaction = &transaction;
  if (!transaction.start()) {
    branch.transaction = nullptr;
    if (!try_next_hop(branch)) unreachable(branch);
    return;
  }
  const Settings& settings = parts_.transactions.settings();
  TimerWheel& timers = parts_.transactions.timers();
  if (invite_) timers.set(branch.timer_c, settings.timer_c);
  if (branch.target.outbound && waiting_.has_next_flow(branch.target))
    timers.set(branch.silence, settings.branch_timeout);
}

void ResponseContext::received(ClientTransaction& transaction, const sip::Message& response) {
  TargetBranch* branch = find(transaction);
  if (branch == nullptr) return;
  branch->silence.cancel();
  const int status = response.status();
  if (status < 200) return provisional(*branch, response);
  branch->timer_c.cancel();
  if (status < 300) return success(*branch, response);
  if (!branch->pending) return;
  if (status == 503 && try_next_hop(*branch)) return;
  refused(*branch, response);
}

void ResponseContext::provisional(TargetBranch& branch, const sip::Message& response) {
  if (!invite_ || response.status() == 100) return;
  // §16.7 (2): Timer C starts again with each provisional response but 100.
  parts_.transactions.timers().set(branch.timer_c, parts_.transactions.settings().timer_c);
  if (!branch.pending || final_sent_ || server_ == nullptr) return;
  std::string text;
  parts_.forwarder.response(response, {}, text);
  server_->send(response.status(), std::move(text));
}

// §16.7 (5): a 2xx to an INVITE goes upstream at once, each of them; the other branches are cancelled (10).
void ResponseContext::success(TargetBranch& branch, const sip::Message& response) {
  branch.pending = false;
  final_sent_ = true;
  waiting_.clear();
  if (server_ != nullptr) {
    std::string text;
    parts_.forwarder.response(response, {}, text);
    server_->send(response.status(), std::move(text));
  }
  cancel_pending();
}

void ResponseContext::refused(TargetBranch& branch, const sip::Message& response) {
  const int status = response.status();
  // RFC 5626 §7: "the proxy [...] on a 408 or 430 response [...] to another target with the same
  // instance-id". 410 is what 430 was in draft-ietf-sip-outbound-00 §5.2; for all others it says that the
  // user is gone for good.
  const bool flow_gone =
      status == 430 || (status == 410 && branch.target.dialect == Dialect::draft && branch.target.outbound);
  if (flow_gone && located_) parts_.registrar.remove(branch.target);
  if ((flow_gone || status == 408) && try_next_flow(branch)) return;
  if (flow_gone && located_) {
    // RFC 5626 §11.5: "Endpoints should never receive a 430 response."
    best_.consider(480, {});
  } else {
    best_.consider(response);
  }
  waiting_.drop_instance(branch.target);
  if (status >= 600) {
    six_hundred_ = true;
    waiting_.clear();
    branch.pending = false;
    cancel_pending();
  }
  end(branch);
}

void ResponseContext::timed_out(ClientTransaction& transaction) {
  TargetBranch* branch = find(transaction);
  if (branch == nullptr || !branch->pending || try_next_hop(*branch) || try_next_flow(*branch)) return;
  // RFC 4320 §4.2: a non-INVITE has timed out upstream by now; a 408 would only be in the way.
  if (invite_) best_.consider(408, {});
  end(*branch);
}

void ResponseContext::transport_failed(ClientTransaction& transaction) {
  TargetBranch* branch = find(transaction);
  if (branch != nullptr && branch->pending && !try_next_hop(*branch)) unreachable(*branch);
}

void ResponseContext::unreachable(TargetBranch& branch) {
  if (branch.target.by_flow && located_) parts_.registrar.remove(branch.target);
  if (try_next_flow(branch)) return;
  if (located_) {
    best_.consider(480, {});
  } else if (branch.target.by_flow) {
    // RFC 5626 §5.3.1: "If the flow in the flow token no longer exists, the proxy SHOULD send a 430 (Flow
    // Failed) response"; draft-ietf-sip-outbound-00 §6.2: 410.
    const bool draft = branch.target.dialect == Dialect::draft;
    best_.consider(draft ? 410 : 430, draft ? "Flow Gone" : "");
  } else {
    best_.consider(503, "Next Hop Unreachable");  // §16.9
  }
  end(branch);
}

bool ResponseContext::try_next_flow(TargetBranch& branch) {
  if (cancelled_ || final_sent_ || six_hundred_ || server_ == nullptr) return false;
  std::vector<Target> next = waiting_.next_flow(branch.target);
  if (next.empty()) return false;
  branch.pending = false;
  branch.timer_c.cancel();
  branch.silence.cancel();
  start(std::move(next));
  return true;
}

// The flow gives no sign of life. Should the UA behind it answer after all, it is cancelled, or its 2xx
// counts.
void ResponseContext::silent(TargetBranch& branch) {
  if (!branch.pending || !try_next_flow(branch)) return;
  if (branch.transaction != nullptr) branch.transaction->cancel();
}

// §16.8: "If the client transaction has received a provisional response, the proxy MUST generate a CANCEL
// request matching that transaction"; else it behaves as after a 408, which Timer B brings about before. The
// UA has rung all the while: when even the CANCEL is not answered, none of its other flows is tried.
void ResponseContext::timer_c(TargetBranch& branch) {
  waiting_.drop_instance(branch.target);
  if (branch.transaction != nullptr) branch.transaction->cancel();
}

void ResponseContext::end(TargetBranch& branch) {
  branch.pending = false;
  branch.timer_c.cancel();
  branch.silence.cancel();
  finish_if_done();
}

void ResponseContext::finish_if_done() {
  if (starting_ || final_sent_ || server_ == nullptr) return;
  const bool pending =
      std::any_of(branches_.begin(), branches_.end(), [](const auto& branch) { return branch->pending; });
  if (pending) return;
  const bool room = branches_.size() < parts_.transactions.settings().max_targets;
  if (!cancelled_ && !six_hundred_ && room && !waiting_.empty()) return start(waiting_.next_group());
  send_best();
}

void ResponseContext::send_best() {
  final_sent_ = true;
  if (best_.message() && best_.status() != 503) {
    std::string text;
    parts_.forwarder.response(best_.message().get(), best_.challenges(), text);
    return server_->send(best_.status(), std::move(text));
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

void ResponseContext::cancelled(ServerTransaction&) {
  if (final_sent_ || cancelled_) return;
  cancelled_ = true;
  waiting_.clear();
  cancel_pending();
  finish_if_done();
}

void ResponseContext::cancel_pending() {
  for (const auto& branch : branches_) {
    if (branch->transaction != nullptr) {
      if (branch->pending) branch->transaction->cancel();
    } else {
      branch->pending = false;  // still looking for a flow
    }
    branch->silence.cancel();
  }
}

void ResponseContext::terminated(ServerTransaction&) {
  server_ = nullptr;
  const auto keep = std::exchange(held_by_server_, nullptr);
}

void ResponseContext::terminated(ClientTransaction& transaction) {
  if (TargetBranch* branch = find(transaction)) branch->transaction = nullptr;
}

ResponseContext::TargetBranch* ResponseContext::find(const ClientTransaction& transaction) {
  const auto found = std::find_if(branches_.begin(), branches_.end(),
                                  [&](const auto& branch) { return branch->transaction == &transaction; });
  return found == branches_.end() ? nullptr : found->get();
}

}  // namespace flowgate::proxy
