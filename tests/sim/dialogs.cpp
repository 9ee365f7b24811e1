#include "sim/dialogs.h"

#include <algorithm>

#include "sim/user_agent.h"

namespace flowgate::sim {
namespace {

using std::chrono::seconds;

std::vector<std::string> strings(const std::vector<std::string_view>& views) {
  return {views.begin(), views.end()};
}

std::string name(std::string_view call_id, std::string_view local_tag, std::string_view remote_tag) {
  std::string text(call_id);
  for (const std::string_view tag : {local_tag, remote_tag}) (text += ' ') += tag;
  return text;
}

}  // namespace

Dialog dialog_of_caller(const Packet& answer, UaFlow& flow) {
  Dialog dialog;
  dialog.call_id = answer.header("Call-ID");
  dialog.local = answer.header("From");
  dialog.remote = answer.header("To");
  dialog.target = uri_in(answer.header("Contact"));
  dialog.routes = strings(answer.all("Record-Route"));
  std::ranges::reverse(dialog.routes);
  dialog.cseq = number_in(answer.header("CSeq"));
  dialog.flow = &flow;
  return dialog;
}

Dialog dialog_of_callee(const Packet& invite, std::string_view to_tag, UaFlow& flow) {
  Dialog dialog;
  dialog.call_id = invite.header("Call-ID");
  dialog.local = std::string(invite.header("To")) + ";tag=" + std::string(to_tag);
  dialog.remote = invite.header("From");
  dialog.target = uri_in(invite.header("Contact"));
  dialog.routes = strings(invite.all("Record-Route"));
  dialog.flow = &flow;
  return dialog;
}

std::string Dialogs::name_of(const Dialog& dialog) {
  return name(dialog.call_id, param_in(dialog.local, "tag"), param_in(dialog.remote, "tag"));
}

std::string Dialogs::name_of(const Packet& request) {
  return name(request.header("Call-ID"), param_in(request.header("To"), "tag"),
              param_in(request.header("From"), "tag"));
}

bool Dialogs::knows(const Packet& request) const {
  return calls_.contains(name_of(request));
}

std::string Dialogs::target(std::string_view call_id) const {
  const auto found =
      std::ranges::find_if(calls_, [&](const auto& each) { return each.second->dialog.call_id == call_id; });
  return found == calls_.end() ? std::string() : found->second->dialog.target;
}

void Dialogs::add(Dialog dialog, Duration hold) {
  const std::string name = name_of(dialog);
  auto call = std::make_unique<Call>(agenda_, std::move(dialog));
  if (hold > seconds{4} && random_.chance(0.4))
    call->talk.set(random_.between(seconds{1}, hold / 2), [this, name] { send(name, "INFO"); });
  call->hang_up.set(hold, [this, name] { send(name, "BYE"); });
  calls_[name] = std::move(call);
}

UaFlow& Dialogs::flow_of(const Dialog& dialog) const {
  if (dialog.flow->is_open()) return *dialog.flow;
  UaFlow* const other = agent_.choose_flow();
  return other != nullptr ? *other : *dialog.flow;
}

Lines Dialogs::lines_of(const Dialog& dialog, std::string_view method, unsigned cseq) const {
  Lines lines;
  for (const std::string& route : dialog.routes) lines.push_back("Route: " + route);
  lines.insert(lines.end(), {"From: " + dialog.local, "To: " + dialog.remote, "Call-ID: " + dialog.call_id,
                             "CSeq: " + std::to_string(cseq) + " " + std::string(method)});
  return lines;
}

std::string Dialogs::write_ack(const Dialog& dialog, unsigned invite_cseq) {
  return agent_.write_request(flow_of(dialog), "ACK", dialog.target, lines_of(dialog, "ACK", invite_cseq));
}

void Dialogs::send(const std::string& name, std::string_view method) {
  const auto found = calls_.find(name);
  if (found == calls_.end()) return;
  Dialog& dialog = found->second->dialog;
  UaFlow& flow = flow_of(dialog);
  const std::string text =
      agent_.write_request(flow, method, dialog.target, lines_of(dialog, method, ++dialog.cseq));
  // §12.2.1.2: whatever a BYE is answered, and a 481 or 408 to anything, ends the dialog.
  const bool ends = method == "BYE";
  agent_.clients().start(flow, text,
                         {[this, name, ends](const Packet& response) {
                            if (response.is_final() && (ends || response.status() == 481))
                              calls_.extract(name);
                          },
                          [this, name] { calls_.extract(name); }});
}

void Dialogs::receive(const Packet& request) {
  const auto found = calls_.find(name_of(request));
  const bool known = found != calls_.end();
  agent_.servers().respond(request, known ? 200 : 481, "none");
  if (known && request.method() == "BYE") calls_.erase(found);
}

}  // namespace flowgate::sim
