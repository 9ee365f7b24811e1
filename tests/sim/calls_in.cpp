#include "sim/calls_in.h"

#include "sim/user_agent.h"

namespace flowgate::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

void CallsIn::invited(UaFlow& flow, const Packet& invite) {
  // RFC 3261 §8.2.2.2: the same request by another way is a 482.
  const std::string request = std::string(invite.header("Call-ID")) + ' ' +
                              std::string(param_in(invite.header("From"), "tag")) + ' ' +
                              std::string(invite.header("CSeq"));
  const std::string to_tag = agent_.fresh("a");
  if (!seen_.insert(request).second) return agent_.servers().respond(invite, 482, to_tag);
  const std::string branch{invite.top_branch()};
  Ringing& call = *(ringing_[branch] = std::make_unique<Ringing>(agenda_, flow, invite, to_tag));
  call.next.set(random_.between(milliseconds{0}, milliseconds{300}), [this, branch] { ring(branch); });
}

void CallsIn::ring(const std::string& branch) {
  if (random_.chance(0.1)) return decide(branch);
  Ringing& call = *ringing_.at(branch);
  agent_.servers().respond(call.invite, 180, call.to_tag, {"Contact: <" + agent_.contact(*call.flow) + ">"});
  // Nobody answers: until the caller or Timer C of a proxy cancels; when even that is lost the user comes
  // back.
  const bool nobody = random_.chance(0.15);
  call.next.set(nobody ? Duration(seconds{400}) : random_.between(milliseconds{200}, seconds{20}),
                [this, branch] { decide(branch); });
}

void CallsIn::decide(const std::string& branch) {
  const double mood = random_.between(0.0, 1.0);
  end(branch, mood < 0.62 ? 200 : mood < 0.78 ? 486 : mood < 0.86 ? 480 : mood < 0.92 ? 603 : 302);
}

void CallsIn::end(const std::string& branch, int status) {
  const auto ended = ringing_.extract(branch);
  if (ended.empty()) return;
  const Ringing& call = *ended.mapped();
  if (status >= 300) return agent_.servers().respond(call.invite, status, call.to_tag);
  accept(call, branch);
}

void CallsIn::accept(const Ringing& call, const std::string& branch) {
  agent_.servers().respond(call.invite, 200, call.to_tag, {"Contact: <" + agent_.contact(*call.flow) + ">"});
  auto& accepted = accepted_[call.to_tag] = std::make_unique<Accepted>(agenda_);
  accepted->branch = branch;
  // §13.3.1.4: without an ACK for 64*T1 the call is over; its BYE comes with the end of the talk.
  accepted->given_up.set(seconds{32}, [this, tag = call.to_tag] { accepted_.extract(tag); });
  const Duration hold = random_.exponential(seconds{40});
  agent_.dialogs().add(dialog_of_callee(call.invite, call.to_tag, *call.flow), hold);
}

void CallsIn::cancelled(const Packet& cancel) {
  const std::string branch{cancel.top_branch()};
  const bool pending = agent_.servers().pending_invite(branch) != nullptr;
  agent_.servers().respond(cancel, 200, "c");
  if (pending) end(branch, 487);
}

void CallsIn::acknowledged(const Packet& ack) {
  agent_.servers().acknowledged(ack.top_branch());
  const auto found = accepted_.find(param_in(ack.header("To"), "tag"));
  if (found == accepted_.end()) return;
  agent_.servers().acknowledged(found->second->branch);
  accepted_.erase(found);
}

void CallsIn::clear() {
  ringing_.clear();
  accepted_.clear();
}

}  // namespace flowgate::sim
