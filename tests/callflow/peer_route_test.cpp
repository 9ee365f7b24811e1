// A dialog through a registrar alone between UAs behind two edges: what goes back to the caller's edge goes
// where its Record-Route says (RFC 3261 §16.6 (6) and (7)), once its connection is gone, too, and nowhere
// else.
#include "callflow/registrar_alone.h"

namespace flowgate::test {
namespace {

class PeerRoute : public ::testing::TestWithParam<std::string> {
 protected:
  // carol, behind west, calls dave, behind east: dave's side of the dialog.
  Dialog calls(const std::string& west_host) {
    east.sends(east.request("REGISTER", "sip:example.com",
                            {"Via: SIP/2.0/TCP 10.0.0.6:5060;branch=z9hG4bK-dave;received=192.0.2.6",
                             "Path: <sip:flow9@198.51.100.21;lr;ob>", "From: <sip:dave@example.com>;tag=1",
                             "To: <sip:dave@example.com>", "Call-ID: dave", "CSeq: 1 REGISTER",
                             "Contact: <sip:dave@10.0.0.6>", "Supported: path"}));
    east.receives("SIP/2.0 200");
    west.is_reached_at("sip:carol@10.0.0.5:5060");
    west.sends(west.opens("INVITE", "sip:dave@example.com",
                          {"Via: SIP/2.0/TCP 10.0.0.5:5060;branch=z9hG4bK-call;received=192.0.2.5",
                           "Record-Route: <sip:flow7@" + west_host + ";transport=tcp;lr>"}));
    west.receives("SIP/2.0 100");
    const Packet invite = east.receives("INVITE");
    const std::string answer = east.answers(invite, 200);
    east.sends(answer);
    west.receives("SIP/2.0 200");
    return callee_side(invite, Packet{answer});
  }

  Edge edge{{}, {}, std::nullopt, registrar_alone()};
  Phone& west = edge.tcp("west", "198.51.100.20:45900");  // from any port of its own
  Phone& listening = edge.tcp("west", "198.51.100.20:5060");
  Phone& elsewhere = edge.tcp("elsewhere", "198.51.100.77:5060");
  Phone& east = edge.udp("east", "198.51.100.21:5060");
};
INSTANTIATE_TEST_SUITE_P(Host, PeerRoute, ::testing::Values("198.51.100.20", "edge.example.net"));

TEST_P(PeerRoute, IsFollowedWhenTheConnectionOfTheCallIsGone) {
  edge.resolves("edge.example.net", "198.51.100.77:5060");
  edge.resolves("edge.example.net", "198.51.100.20:5060");
  Dialog dave = calls(GetParam());
  edge.breaks(west);
  east.sends(east.within(dave, "BYE"));
  const Packet bye = listening.receives("BYE sip:carol@10.0.0.5:5060");
  listening.sends(listening.answers(bye, 200));
  east.receives("SIP/2.0 200");
  elsewhere.receives_nothing();
}

TEST_P(PeerRoute, IsFollowedByTheAckAndWhileTheConnectionIsThere) {
  edge.resolves("edge.example.net", "198.51.100.20:5060");
  Dialog dave = calls(GetParam());
  east.sends(east.within(dave, "INFO"));
  listening.receives("INFO sip:carol@10.0.0.5:5060");
  dave.cseq += 1;
  east.sends(east.within(dave, "ACK"));
  listening.receives("ACK sip:carol@10.0.0.5:5060");
}

// No open relay: where the name leads elsewhere, the request goes down the flow that the dialog came over.
TEST_F(PeerRoute, ThatLeadsElsewhereIsNotFollowed) {
  edge.resolves("edge.example.net", "198.51.100.77:5060");
  Dialog dave = calls("edge.example.net");
  east.sends(east.within(dave, "BYE"));
  west.receives("BYE sip:carol@10.0.0.5:5060");
  elsewhere.receives_nothing();
}

}  // namespace
}  // namespace flowgate::test
