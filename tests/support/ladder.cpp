#include "support/ladder.h"

namespace flowgate::test {

EstablishedCall establish(Phone& caller, std::string_view uri, Phone& callee, const Lines& lines) {
  caller.sends(caller.opens("INVITE", uri, lines));
  caller.receives("SIP/2.0 100");
  EstablishedCall call;
  call.invite = callee.receives("INVITE");
  callee.sends(callee.answers(call.invite, 200));
  call.answer = caller.receives("SIP/2.0 200");
  call.caller = caller_side(call.answer);
  call.callee = callee_side(call.invite, call.answer);
  caller.sends(caller.within(call.caller, "ACK"));
  callee.receives("ACK");
  return call;
}

Packet exchange(Phone& sender, Dialog& dialog, std::string_view method, Phone& receiver) {
  sender.sends(sender.within(dialog, method));
  const Packet request = receiver.receives(method);
  receiver.sends(receiver.answers(request, 200));
  sender.receives("SIP/2.0 200");
  return request;
}

}  // namespace flowgate::test
