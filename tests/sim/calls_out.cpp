#include "sim/calls_out.h"

#include "sim/user_agent.h"

namespace flowgate::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

Lines CallsOut::lines_to(const std::string& uri, std::string_view method, const std::string& call_id) {
  return {"From: <" + agent_.aor() + ">;tag=" + agent_.fresh("t"), "To: <" + uri + ">", "Call-ID: " + call_id,
          "CSeq: 1 " + std::string(method)};
}

void CallsOut::ask(UaFlow& flow, std::string_view method, const std::string& uri) {
  const std::string text =
      agent_.write_request(flow, method, uri, lines_to(uri, method, agent_.fresh("ask")));
  agent_.clients().start(flow, text, {[](const Packet&) {}, [] {}});
}

std::string CallsOut::invite(UaFlow& flow, const std::string& uri) {
  // Few have the patience to see the proxy's Timer C.
  const Duration patience =
      random_.chance(0.03) ? seconds{240} : random_.between(milliseconds{500}, seconds{40});
  return invite(flow, uri, {patience, {}});
}

std::string CallsOut::invite(UaFlow& flow, const std::string& uri, const Terms& terms) {
  const std::string call_id = agent_.fresh("call");
  Lines lines = lines_to(uri, "INVITE", call_id);
  lines.push_back("Contact: <" + agent_.contact(flow) + ">");
  const std::string text = agent_.write_request(flow, "INVITE", uri, lines);
  Call& call = *(calls_[call_id] = std::make_unique<Call>(agenda_, flow, text, terms));
  call.give_up.set(terms.patience, [this, &call] {
    call.unwanted = true;
    if (call.heard) cancel(call);
  });
  agent_.clients().start(flow, text,
                         {[this, call_id](const Packet& response) { answered(call_id, response); },
                          [this, call_id] { calls_.extract(call_id); }});
  return call_id;
}

void CallsOut::answered(const std::string& call_id, const Packet& response) {
  const auto found = calls_.find(call_id);
  if (found == calls_.end()) return;
  Call& call = *found->second;
  if (response.status() >= 300) return static_cast<void>(calls_.erase(found));
  if (response.status() >= 200) return accepted(call, response);
  // §9.1: "If no provisional response has been received, the CANCEL request MUST NOT be sent".
  call.heard = true;
  if (call.unwanted && !call.cancelled) cancel(call);
}

// §13.2.2.4: each 2xx of another UAS is a dialog, and each repetition is acknowledged.
void CallsOut::accepted(Call& call, const Packet& response) {
  const std::string to_tag{param_in(response.header("To"), "tag")};
  const bool first = call.acks.empty();
  const bool fresh = !call.acks.contains(to_tag);
  const Dialog dialog = dialog_of_caller(response, *call.flow);
  if (fresh) call.acks[to_tag] = agent_.dialogs().write_ack(dialog, dialog.cseq);
  agent_.dialogs().flow_of(dialog).send(call.acks[to_tag]);
  if (!fresh) return;
  const bool wanted = first && !call.cancelled;
  const Instant until = call.terms.until.value_or(agenda_.now() + random_.exponential(seconds{40}));
  agent_.dialogs().add(dialog,
                       wanted ? std::chrono::duration_cast<Duration>(until - agenda_.now()) : Duration{1});
  call.give_up.set(seconds{40},
                   [this, id = std::string(call.invite.header("Call-ID"))] { calls_.extract(id); });
}

void CallsOut::cancel(Call& call) {
  call.cancelled = true;
  agent_.clients().start(*call.flow, write_like(call.invite, "CANCEL", call.invite.header("To")),
                         {[](const Packet&) {}, [] {}});
  agent_.clients().hurry(call.invite, seconds{32});
}

}  // namespace flowgate::sim
