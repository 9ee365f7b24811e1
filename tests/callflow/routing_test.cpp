// Where a request without a Route goes, and which are refused: RFC 3261 §16.3 to §16.5.
#include "support/ladder.h"

namespace flowgate::test {
namespace {

class Routing : public ::testing::Test {
 protected:
  Routing() { edge.resolves("example.net", "198.51.100.9:5060"); }
  // What alice gets for a request to `uri`.
  Packet answer(const std::string& uri, std::string_view method = "MESSAGE", const Lines& lines = {}) {
    alice.sends(alice.opens(method, uri, lines));
    return alice.receives("SIP/2.0");
  }

  Edge edge{{}, {}, Edge::Users{"alice", "bob", "carol"}};
  Phone& alice = edge.udp("alice", "198.51.100.1:40001");
  Phone& bob = edge.tcp("bob", "198.51.100.2:40002");
  Phone& neighbour = edge.udp("neighbour", "198.51.100.9:5060");  // the proxy of example.net
};

TEST_F(Routing, ToAnUnknownUserIs404) {
  EXPECT_EQ(answer("sip:mallory@example.com").status(), 404);
  EXPECT_EQ(answer("sip:mallory@example.com;gr=urn:uuid:1").status(), 404);
}

TEST_F(Routing, ToAUserWhoIsNotRegisteredIs480) {
  EXPECT_EQ(answer("sip:bob@example.com").status(), 480);
  EXPECT_EQ(answer("sip:bob@example.com", "INVITE").status(), 480);
}

TEST_F(Routing, ToAGruuNobodyIsBehindIs480) {
  bob.is_registered();
  EXPECT_EQ(answer("sip:bob@example.com;gr=urn:uuid:00000000-0000-1000-8000-aaaaaaaaaaaa").status(), 480);
  bob.receives_nothing();
}

TEST_F(Routing, ToAGruuWithoutMeaningIs404) {
  bob.is_registered();
  EXPECT_EQ(answer("sip:bob@example.com;gr").status(), 404);
  EXPECT_EQ(answer("sip:tgruu.nonsense@example.com;gr").status(), 404);
}

TEST_F(Routing, ToAUserIgnoresWhatStandsBesideTheAor) {
  bob.is_registered();
  for (const std::string uri :
       {"sip:bob@EXAMPLE.com", "sip:bob@example.com:5060", "sip:bob@example.com;transport=tcp",
        "sip:bob@example.com;user=phone", "sip:b%6fb@example.com", "sip:bob:secret@example.com"}) {
    alice.sends(alice.opens("MESSAGE", uri));
    bob.sends(bob.answers(bob.receives("MESSAGE " + bob.contact() + " SIP/2.0"), 200));
    alice.receives("SIP/2.0 200");
  }
}

// No open relay.
TEST_F(Routing, ToAForeignDomainFromAnUnregisteredFlowIs403) {
  EXPECT_EQ(answer("sip:dora@example.net").status(), 403);
  EXPECT_EQ(answer("sip:dora@198.51.100.9").status(), 403);
  neighbour.receives_nothing();
}

TEST_F(Routing, ToAForeignDomainFromARegisteredFlowIsForwarded) {
  alice.is_registered();
  alice.sends(alice.opens("MESSAGE", "sip:dora@example.net;x=1"));
  neighbour.sends(neighbour.answers(neighbour.receives("MESSAGE sip:dora@example.net;x=1 SIP/2.0"), 200));
  alice.receives("SIP/2.0 200");
}

TEST_F(Routing, ToAForeignDomainEndsWithTheRegistration) {
  alice.is_registered();
  edge.passes(3601s);
  EXPECT_EQ(answer("sip:dora@example.net").status(), 403);
}

// §16.9: a transport error counts as a 503, which goes upstream as a 500.
TEST_F(Routing, ToADomainThatDoesNotResolveIs500) {
  alice.is_registered();
  EXPECT_EQ(answer("sip:dora@nowhere.example").status(), 500);
}

// §16.3 (2)
TEST_F(Routing, OfAnotherSchemeIs416) {
  alice.is_registered();
  EXPECT_EQ(answer("tel:+358-555-1234567").status(), 416);
  EXPECT_EQ(answer("tel:112", "MESSAGE", {"Route: <sip:203.0.113.1;lr>"}).status(), 416);
}

// §16.3 (1)
TEST_F(Routing, OfAMalformedRequestUriIs400) {
  for (const std::string uri : {"sip:", "sip:bob@", "sip:bob@example.com:99999", "sip:bob@[::1", "bob"})
    EXPECT_EQ(answer(uri).status(), 400) << uri;
}

TEST_F(Routing, OfAnotherVersionIs505) {
  alice.sends(replaced(alice.opens("MESSAGE", "sip:bob@example.com"), " SIP/2.0\r\n", " SIP/3.0\r\n"));
  alice.receives("SIP/2.0 505");
}

TEST_F(Routing, OfOptionsToTheEdgeIsAnsweredByIt) {
  for (const std::string uri : {"sip:example.com", "sip:example.com;transport=tcp", "sip:203.0.113.1",
                                "sip:203.0.113.1:5061;transport=tls"}) {
    const Packet options = answer(uri, "OPTIONS");
    EXPECT_EQ(options.status(), 200) << uri;
    EXPECT_THAT(options.header("Allow"), HasSubstr("INVITE"));
    EXPECT_THAT(options.header("Supported"), HasSubstr("outbound"));
  }
}

TEST_F(Routing, OfOptionsToAUserReachesTheUser) {
  bob.is_registered();
  alice.sends(alice.opens("OPTIONS", "sip:bob@example.com"));
  bob.receives("OPTIONS " + bob.contact());
}

// `sip:example.com;transport=tcp` is the domain.
TEST_F(Routing, OfARegisterIgnoresTheParametersOfTheDomain) {
  alice.sends(replaced(alice.registers(), "REGISTER sip:example.com ",
                       "REGISTER sip:example.com:5060;transport=tcp "));
  alice.receives("SIP/2.0 200");
}

// §16.3 (3)
TEST_F(Routing, WithoutHopsLeftIs483) {
  bob.is_registered();
  alice.sends(replaced(alice.opens("MESSAGE", "sip:bob@example.com"), "Max-Forwards: 70", "Max-Forwards: 0"));
  alice.receives("SIP/2.0 483");
  alice.sends(replaced(alice.opens("MESSAGE", "sip:bob@example.com"), "Max-Forwards: 70", "Max-Forwards: 1"));
  EXPECT_EQ(bob.receives("MESSAGE").header("Max-Forwards"), "0");
}

// RFC 3261 §16.6 (2), §19.1.1: headers are not allowed in a Request-URI, and MUST be removed.
TEST_F(Routing, LeavesTheHeadersOfARequestUriBehind) {
  Phone& other = edge.udp("other", "198.51.100.71:5060");
  alice.is_registered();
  alice.sends(alice.opens("MESSAGE", "sip:other@198.51.100.71;x=1?Route=%3Csip:example.com%3E"));
  EXPECT_EQ(other.receives("MESSAGE").request_uri(), "sip:other@198.51.100.71;x=1");
}

// §16.6 (3): "If the copy does not contain a Max-Forwards header field, the proxy MUST add one with a field
// value, which SHOULD be 70."
TEST_F(Routing, WithoutMaxForwardsGetsOne) {
  bob.is_registered();
  alice.sends(replaced(alice.opens("MESSAGE", "sip:bob@example.com"), "Max-Forwards: 70\r\n", ""));
  EXPECT_EQ(bob.receives("MESSAGE").header("Max-Forwards"), "70");
}

// §16.3 (5)
TEST_F(Routing, WithAnUnknownProxyRequireIs420) {
  bob.is_registered();
  const Packet refusal =
      answer("sip:bob@example.com", "MESSAGE", {"Proxy-Require: path, sec-agree", "Proxy-Require: foo"});
  EXPECT_EQ(refusal.status(), 420);
  EXPECT_EQ(refusal.header("Unsupported"), "sec-agree, foo");
  bob.receives_nothing();
}

TEST_F(Routing, WithoutWhatARequestMustHaveIs400) {
  bob.is_registered();
  const std::string request = alice.opens("MESSAGE", "sip:bob@example.com");
  for (const std::string name : {"From", "To", "Call-ID", "CSeq"}) {
    const std::string line = name + ": " + Packet(request).header(name) + "\r\n";
    alice.sends(replaced(request, line, ""));
    alice.receives("SIP/2.0 400");
    edge.passes(1min);
  }
  bob.receives_nothing();
}

class Loop : public Routing {
 protected:
  // carol's Contact is at the proxy of example.net.
  Loop() {
    Phone& carol = edge.udp("carol", "198.51.100.3:5060");
    carol.sends(replaced(carol.registers(), carol.contact(), "sip:carol@198.51.100.9:5060"));
    carol.receives("SIP/2.0 200");
  }
  // The proxy sends what it received on to `uri`.
  void sends_on(const Packet& received, const std::string& uri) {
    Lines lines;
    for (const std::string& via : received.all("Via")) lines.push_back("Via: " + via);
    for (const char* name : {"From", "To", "Call-ID", "CSeq"})
      lines.push_back(std::string(name) + ": " + received.header(name));
    neighbour.sends(neighbour.request("MESSAGE", uri, lines));
  }
};

// §16.3 (4), RFC 5393 §4.2
TEST_F(Loop, Is482) {
  alice.sends(alice.opens("MESSAGE", "sip:carol@example.com"));
  sends_on(neighbour.receives("MESSAGE sip:carol@198.51.100.9:5060"), "sip:carol@example.com");
  neighbour.receives("SIP/2.0 482");
}

// §16.3 (4): "a Via header field with a sent-by value that equals a value placed into previous requests by
// the proxy": the Via of another flowgate, an edge before this registrar, is none.
TEST_F(Loop, IsNoLoopWhenAnotherHostPutTheVia) {
  alice.sends(alice.opens("MESSAGE", "sip:carol@example.com"));
  const Packet sent = neighbour.receives("MESSAGE");
  sends_on(Packet{replaced(sent.text(), "UDP 203.0.113.1:", "UDP 203.0.113.2:")}, "sip:carol@example.com");
  EXPECT_EQ(neighbour.receives("MESSAGE sip:carol@198.51.100.9:5060").all("Via").size(), 4U);
}

TEST_F(Loop, IsNoLoopButASpiralToAnotherUser) {
  bob.is_registered();
  alice.sends(alice.opens("MESSAGE", "sip:carol@example.com"));
  sends_on(neighbour.receives("MESSAGE"), "sip:bob@example.com");
  const Packet message = bob.receives("MESSAGE");
  EXPECT_EQ(message.all("Via").size(), 4U);
  bob.sends(bob.answers(message, 200));
  neighbour.receives("SIP/2.0 200");
}

}  // namespace
}  // namespace flowgate::test
