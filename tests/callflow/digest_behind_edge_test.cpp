// A registrar that asks for passwords, behind an edge that does not.
#include "callflow/digest.h"
#include "callflow/registrar_alone.h"

namespace flowgate::test {
namespace {

// The edge writes its Via, its Path and its Record-Route by hand.
struct DigestBehindEdge : ::testing::Test {
  DigestEdge edge{registrar_alone()};
  Phone& proxy = edge.udp("bob", "192.0.2.10:5060");
  Phone& eve = edge.udp("eve", "198.51.100.66:5060");

  static Lines phone() { return {"Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK-x;received=198.51.100.7"}; }
  void SetUp() override {
    Lines lines = phone();
    lines.push_back("Path: <sip:token@192.0.2.10;lr;ob>");
    proxy.sends(proxy.registers(proxy.outbound_params(1), lines));
    lines.push_back(credentials(proxy.receives("SIP/2.0 401"), "REGISTER", Answer::of("bob")));
    proxy.sends(proxy.registers(proxy.outbound_params(1), lines));
    proxy.receives("SIP/2.0 200");
  }
};

TEST_F(DigestBehindEdge, WhatComesThroughTheEdgeIsChallenged) {
  proxy.sends(proxy.opens("MESSAGE", "sip:bob@example.com", phone()));
  proxy.receives("SIP/2.0 407");
}

TEST_F(DigestBehindEdge, TheCalleeIsNotChallengedInHisDialog) {
  eve.sends(replaced(eve.opens("INVITE", "sip:bob@example.com"), "<sip:eve@example.com>",
                     "<sip:eve@elsewhere.example>"));
  eve.receives("SIP/2.0 100");
  const Packet invite = proxy.receives("INVITE");
  proxy.sends(proxy.answers(invite, 200));
  Dialog callee = callee_side(invite, eve.receives("SIP/2.0 200"));
  proxy.sends(proxy.within(callee, "BYE", phone()));
  eve.receives("BYE");
}

}  // namespace
}  // namespace flowgate::test
