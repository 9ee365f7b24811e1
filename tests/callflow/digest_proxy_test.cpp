// Who is asked for a password on the way through, and who he may be then: RFC 3261 §22.3, RFC 3325.
#include "callflow/digest.h"

namespace flowgate::test {
namespace {

proxy::Roles trusting(std::string_view peers) {
  proxy::Roles roles;
  roles.trust.peers = {*AddressPrefix::from(peers)};
  return roles;
}

struct DigestProxy : ::testing::Test {
  DigestEdge edge{trusting("192.0.2.128/25")};
  Phone& alice = edge.udp("alice", "192.0.2.1:5060");
  Phone& bob = edge.udp("bob", "192.0.2.2:5060");
  Phone& eve = edge.udp("eve", "198.51.100.66:5060");
  Phone& gateway = edge.udp("gateway", "192.0.2.200:5060");

  void SetUp() override {
    is_registered(alice);
    is_registered(bob);
  }
  static Lines from(const std::string& value) { return {"From: " + value}; }
  // A request that claims to come from somebody.
  static std::string as(std::string text, const Phone& sender, const std::string& uri) {
    return replaced(std::move(text), "<" + sender.aor() + ">", "<" + uri + ">");
  }
};

TEST_F(DigestProxy, AUsersRequestIsChallengedAndPassesWithHisPassword) {
  opens_with(alice, "INVITE", "sip:bob@example.com", Answer::of("alice"));
  alice.receives("SIP/2.0 100");
  const Packet invite = bob.receives("INVITE");
  EXPECT_FALSE(invite.has("Proxy-Authorization"));
  bob.sends(bob.answers(invite, 200));
  alice.receives("SIP/2.0 200");
}

TEST_F(DigestProxy, A407HasTheChallengesOfAProxy) {
  alice.sends(alice.opens("MESSAGE", "sip:bob@example.com"));
  const Packet refusal = alice.receives("SIP/2.0 407");
  EXPECT_EQ(refusal.all("Proxy-Authenticate").size(), 2U);
  EXPECT_FALSE(refusal.has("WWW-Authenticate"));
  bob.receives_nothing();
}

TEST_F(DigestProxy, WhoeverClaimsToBeOursIsChallengedWhereverHeIs) {
  eve.sends(as(eve.opens("MESSAGE", "sip:bob@example.com"), eve, "sip:alice@example.com"));
  eve.receives("SIP/2.0 407");
  eve.sends(as(eve.opens("MESSAGE", "sip:bob@example.com"), eve, "sips:nobody@EXAMPLE.com;x=y"));
  eve.receives("SIP/2.0 407");
}

TEST_F(DigestProxy, WhatComesOverARegisteredFlowIsChallengedWhoeverItClaimsToBeFrom) {
  alice.sends(as(alice.opens("MESSAGE", "sip:bob@example.com"), alice, "sip:boss@elsewhere.example"));
  alice.receives("SIP/2.0 407");
}

TEST_F(DigestProxy, AStrangersRequestForAUserIsNotChallenged) {
  eve.sends(as(eve.opens("MESSAGE", "sip:bob@example.com"), eve, "sip:eve@elsewhere.example"));
  bob.receives("MESSAGE");
}

TEST_F(DigestProxy, AStrangerIsNoRelayed) {
  eve.sends(as(eve.opens("MESSAGE", "sip:x@192.0.2.77"), eve, "sip:eve@elsewhere.example"));
  eve.receives("SIP/2.0 403");
}

TEST_F(DigestProxy, AUserGoesAnywhereThoughHeIsNotRegistered) {
  Phone& carol = edge.udp("carol", "198.51.100.3:5060");
  Phone& elsewhere = edge.udp("elsewhere", "192.0.2.77:5060");
  opens_with(carol, "MESSAGE", "sip:x@192.0.2.77:5060", Answer::of("carol"));
  elsewhere.receives("MESSAGE");
}

TEST_F(DigestProxy, WhatATrustedPeerSendsIsNotChallenged) {
  gateway.sends(as(gateway.opens("MESSAGE", "sip:bob@example.com"), gateway, "sip:alice@example.com"));
  bob.receives("MESSAGE");
}

TEST_F(DigestProxy, NobodySpeaksForAnother) {
  const std::string first = as(alice.opens("MESSAGE", "sip:bob@example.com"), alice, "sip:carol@example.com");
  alice.sends(first);
  const Packet refusal = alice.receives("SIP/2.0 407");
  const Answer answer = Answer::of("alice").to("sip:bob@example.com");
  alice.sends(as(alice.opens("MESSAGE", "sip:bob@example.com", {credentials(refusal, "MESSAGE", answer)}),
                 alice, "sip:carol@example.com"));
  EXPECT_EQ(alice.receives("SIP/2.0 403").start_line(), "SIP/2.0 403 From Is Not Yours");
  bob.receives_nothing();
}

// draft-ietf-sip-gruu-04 §6.2
TEST_F(DigestProxy, NobodyShowsTheGruuOfAnother) {
  const auto sends = [&](const std::string& gruu) {
    alice.is_reached_at(gruu);
    opens_with(alice, "MESSAGE", "sip:bob@example.com", Answer::of("alice"));
    if (bob.waiting() > 0) return 0;
    return alice.receives("SIP/2.0").status();
  };
  EXPECT_EQ(sends("sip:bob@example.com;gr=" + bob.instance()), 403);
  EXPECT_EQ(sends("sip:alice@example.com;gr=" + alice.instance()), 0);
}

TEST_F(DigestProxy, NobodyRegistersForAnother) {
  const std::string text = replaced(bob.registers(), "To: <sip:bob@", "To: <sip:alice@");
  bob.sends(text);
  const Packet refusal = bob.receives("SIP/2.0 401");
  bob.sends(replaced(bob.registers({}, {credentials(refusal, "REGISTER", Answer::of("bob"))}),
                     "To: <sip:bob@", "To: <sip:alice@"));
  EXPECT_EQ(bob.receives("SIP/2.0 403").start_line(), "SIP/2.0 403 Address-of-Record Is Not Yours");
}

TEST_F(DigestProxy, AUserHasHisFurtherAors) {
  edge.users().put({.name = "bob", .password = "bob", .aors = {"sales@example.com"}});
  const std::string text = replaced(bob.registers(), "To: <sip:bob@", "To: <sip:sales@");
  bob.sends(text);
  const Packet refusal = bob.receives("SIP/2.0 401");
  bob.sends(replaced(bob.registers({}, {credentials(refusal, "REGISTER", Answer::of("bob"))}),
                     "To: <sip:bob@", "To: <sip:sales@"));
  bob.receives("SIP/2.0 200");
  eve.sends(as(eve.opens("MESSAGE", "sip:sales@example.com"), eve, "sip:eve@elsewhere.example"));
  bob.receives("MESSAGE");
}

// pjsip makes its instance-id of the host's name: those of two users may collide.
TEST_F(DigestProxy, AnInstanceOfOneUserIsNotThatOfAnother) {
  Phone& carol = edge.udp("carol", "192.0.2.3:5060");
  carol.is_the_device_of(bob);
  is_registered(carol);
  eve.sends(as(eve.opens("MESSAGE", "sip:bob@example.com"), eve, "sip:eve@elsewhere.example"));
  bob.receives("MESSAGE");
  eve.sends(as(eve.opens("MESSAGE", "sip:carol@example.com"), eve, "sip:eve@elsewhere.example"));
  carol.receives("MESSAGE");
  bob.receives_nothing();
}

// RFC 3261 §22.1: ACK and CANCEL are not challenged.
TEST_F(DigestProxy, ADialogGoesOnWithoutAnotherChallenge) {
  opens_with(alice, "INVITE", "sip:bob@example.com", Answer::of("alice"));
  alice.receives("SIP/2.0 100");
  const Packet invite = bob.receives("INVITE");
  bob.sends(bob.answers(invite, 200));
  const Packet answer = alice.receives("SIP/2.0 200");
  Dialog caller = caller_side(answer), callee = callee_side(invite, answer);
  alice.sends(alice.within(caller, "ACK", {"Proxy-Authorization: " + Answer::of("alice").value("ACK", "x")}));
  EXPECT_FALSE(bob.receives("ACK").has("Proxy-Authorization"));
  exchange(alice, caller, "INFO", bob);
  exchange(bob, callee, "BYE", alice);
}

TEST_F(DigestProxy, ACancelIsNotChallenged) {
  const std::string invite = opens_with(alice, "INVITE", "sip:bob@example.com", Answer::of("alice"));
  alice.receives("SIP/2.0 100");
  const Packet ringing = bob.receives("INVITE");
  bob.sends(bob.answers(ringing, 180));
  alice.receives("SIP/2.0 180");
  alice.sends(alice.cancels(invite));
  alice.receives("SIP/2.0 200");
  bob.receives("CANCEL");
}

// A To tag alone is no dialog.
TEST_F(DigestProxy, WhoeverOnlySaysThatHeIsInADialogIsChallenged) {
  eve.sends(replaced(as(eve.opens("MESSAGE", "sip:bob@example.com"), eve, "sip:alice@example.com"),
                     "To: <sip:bob@example.com>", "To: <sip:bob@example.com>;tag=x"));
  eve.receives("SIP/2.0 407");
}

// Tokens are known to both ends of a dialog: they are for whom they were minted.
TEST_F(DigestProxy, ATokenOfAnothersDialogIsNotEnough) {
  opens_with(alice, "INVITE", "sip:bob@example.com", Answer::of("alice"));
  alice.receives("SIP/2.0 100");
  const Packet invite = bob.receives("INVITE");
  bob.sends(bob.answers(invite, 200));
  Dialog caller = caller_side(alice.receives("SIP/2.0 200"));
  eve.sends(eve.within(caller, "MESSAGE"));
  eve.receives("SIP/2.0 407");
}

// A stranger who has called somebody has a token, too: it says that he is no user.
TEST_F(DigestProxy, AStrangersOwnTokenIsNotEnoughToSpeakForAUser) {
  eve.sends(as(eve.opens("INVITE", "sip:bob@example.com"), eve, "sip:eve@elsewhere.example"));
  eve.receives("SIP/2.0 100");
  const Packet invite = bob.receives("INVITE");
  bob.sends(bob.answers(invite, 200));
  const Packet answer = eve.receives("SIP/2.0 200");
  Dialog caller = caller_side(answer), callee = callee_side(invite, answer);
  exchange(eve, caller, "INFO", bob);
  exchange(bob, callee, "INFO", eve);
  caller.local = "<sip:alice@example.com>;tag=x";
  eve.sends(eve.within(caller, "MESSAGE"));
  eve.receives("SIP/2.0 407");
}

TEST_F(DigestProxy, AnAuthenticatedUserIsAssertedToTrustedPeersOnly) {
  const Lines claims = {"P-Asserted-Identity: <sip:boss@example.com>",
                        "P-Preferred-Identity: <sip:boss@example.com>",
                        "Remote-Party-ID: <sip:boss@example.com>"};
  opens_with(alice, "MESSAGE", "sip:x@192.0.2.200:5060", Answer::of("alice"), claims);
  const Packet trusted = gateway.receives("MESSAGE");
  EXPECT_THAT(trusted.all("P-Asserted-Identity"), ElementsAre("<sip:alice@example.com>"));
  EXPECT_FALSE(trusted.has("P-Preferred-Identity"));
  EXPECT_FALSE(trusted.has("Remote-Party-ID"));
  opens_with(alice, "MESSAGE", "sip:bob@example.com", Answer::of("alice"), claims);
  const Packet untrusted = bob.receives("MESSAGE");
  for (const char* name : {"P-Asserted-Identity", "P-Preferred-Identity", "Remote-Party-ID"})
    EXPECT_FALSE(untrusted.has(name)) << name;
}

TEST_F(DigestProxy, AnAnonymousUserIsAssertedAsWhoHeIs) {
  edge.users().put({.name = "alice", .password = "ecila", .aors = {"sales@example.com"}});
  const auto sends = [&](const Lines& more) {
    Lines lines = more;
    lines.push_back("Privacy: id");
    const auto text = [&] {
      return as(alice.opens("MESSAGE", "sip:x@192.0.2.200:5060", lines), alice,
                "sip:anonymous@anonymous.invalid");
    };
    alice.sends(text());
    const Packet refusal = alice.receives("SIP/2.0 407");
    lines.push_back(credentials(refusal, "MESSAGE", Answer::of("alice").to("sip:x@192.0.2.200:5060")));
    alice.sends(text());
    return gateway.receives("MESSAGE");
  };
  EXPECT_THAT(sends({}).all("P-Asserted-Identity"), ElementsAre("<sip:alice@example.com>"));
  EXPECT_THAT(sends({"P-Preferred-Identity: <sip:sales@example.com>"}).all("P-Asserted-Identity"),
              ElementsAre("<sip:sales@example.com>"));
}

// RFC 3325 §5, §9.3
TEST_F(DigestProxy, WhatATrustedPeerAssertsIsToldUnlessItIsPrivate) {
  const auto sends = [&](const Lines& more) {
    Lines lines = {"P-Asserted-Identity: <tel:+15551234>"};
    lines.insert(lines.end(), more.begin(), more.end());
    gateway.sends(as(gateway.opens("MESSAGE", "sip:bob@example.com", lines), gateway, "sip:x@a.example"));
    return bob.receives("MESSAGE");
  };
  EXPECT_THAT(sends({}).all("P-Asserted-Identity"), ElementsAre("<tel:+15551234>"));
  EXPECT_TRUE(sends({"Privacy: none"}).has("P-Asserted-Identity"));
  EXPECT_FALSE(sends({"Privacy: critical; id"}).has("P-Asserted-Identity"));
}

TEST_F(DigestProxy, AStrangersAssertionsAreTakenAway) {
  eve.sends(as(eve.opens("MESSAGE", "sip:bob@example.com", {"P-Asserted-Identity: <sip:boss@example.com>"}),
               eve, "sip:eve@elsewhere.example"));
  EXPECT_FALSE(bob.receives("MESSAGE").has("P-Asserted-Identity"));
}

TEST_F(DigestProxy, WhatAUserAssertsInAResponseIsTakenAway) {
  const std::string claim = "P-Asserted-Identity: <sip:boss@example.com>";
  for (const int status : {200, 486}) {
    gateway.sends(as(gateway.opens("MESSAGE", "sip:bob@example.com"), gateway, "sip:x@a.example"));
    bob.sends(bob.answers(bob.receives("MESSAGE"), status, {claim}));
    EXPECT_FALSE(gateway.receives("SIP/2.0").has("P-Asserted-Identity")) << status;
    opens_with(alice, "MESSAGE", "sip:x@192.0.2.200:5060", Answer::of("alice"));
    gateway.sends(gateway.answers(gateway.receives("MESSAGE"), status, {claim}));
    EXPECT_TRUE(alice.receives("SIP/2.0").has("P-Asserted-Identity")) << status;
  }
}

// §22.3: those for other realms are for other proxies.
TEST_F(DigestProxy, CredentialsForOtherRealmsPass) {
  Answer foreign;
  foreign.realm = "elsewhere.example";
  const std::string line = "Proxy-Authorization: " + foreign.value("MESSAGE", "n");
  opens_with(alice, "MESSAGE", "sip:x@192.0.2.200:5060", Answer::of("alice"), {line});
  EXPECT_THAT(gateway.receives("MESSAGE").all("Proxy-Authorization"),
              ElementsAre(line.substr(line.find(' ') + 1)));
}

// What a user may do with another's registration: nothing.
TEST_F(DigestProxy, AUserWatchesHisOwnRegistrationFromAnywhere) {
  Phone& office = edge.udp("alice", "198.51.100.7:5060");
  const auto subscribes = [&](Phone& phone, const std::string& uri, const std::string& user) {
    phone.sends(phone.opens("SUBSCRIBE", uri, {"Event: reg"}));
    const Packet refusal = phone.receives("SIP/2.0 401");
    phone.sends(phone.opens("SUBSCRIBE", uri,
                            {"Event: reg", credentials(refusal, "SUBSCRIBE", Answer::of(user).to(uri))}));
    return phone.receives("SIP/2.0").status();
  };
  EXPECT_EQ(subscribes(office, "sip:alice@example.com", "alice"), 200);
  EXPECT_EQ(subscribes(bob, "sip:alice@example.com", "bob"), 403);
}

}  // namespace
}  // namespace flowgate::test
