// What the edge does with each message of RFC 4475 and RFC 5118: the table is in tests/data/torture.h.
#include "data/torture.h"

#include "sip/text.h"
#include "sip/uri.h"
#include "sip/value.h"
#include "sip/via.h"
#include "support/ladder.h"

namespace flowgate::test {
namespace {

// A parsed message and the text that it views.
struct Parsed {
  explicit Parsed(std::string octets)
      : text(std::move(octets)), message(sip::Message::parse(text, {}).value()) {}
  std::string text;
  sip::Message message;
};

// Where the sender of a message is: at the sent-by of its top Via if that is an address, else somewhere.
struct Source {
  Protocol protocol = Protocol::udp;
  std::string address = "192.0.2.77:5060";
};

Source source_of(const sip::Message& message) {
  const auto value = sip::first_value(message, sip::Header::via);
  const auto via = sip::Via::parse(value ? value->text : "");
  if (!via) return {};
  Source source;
  source.protocol = protocol_from(via->transport).value();
  if (const auto endpoint = Endpoint::from(via->host, via->port.value_or(5060)))
    source.address = endpoint->text();
  return source;
}

class TortureMessage : public ::testing::TestWithParam<Torture> {
 protected:
  Phone& sender_of(const Parsed& sent) {
    const Source source = source_of(sent.message);
    return edge.phone(source.protocol, "sender", source.address);
  }
  // The phone that a request for example.com is meant for, registered.
  Phone* callee_of(const Parsed& sent) {
    const auto uri = sip::Uri::parse(sent.message.request_uri());
    if (!sent.message.is_request() || !uri || !uri->has_user || uri->host != "example.com") return nullptr;
    Phone& callee = edge.udp(std::string(uri->user), "198.51.100.2:5060");
    callee.is_registered();
    return &callee;
  }

  Edge edge;
};

TEST_P(TortureMessage, IsAnsweredAsItsSectionSays) {
  const Parsed sent(octets_of(GetParam().rfc, GetParam().name));
  Phone& sender = sender_of(sent);
  Phone* callee = callee_of(sent);
  sender.sends(octets_of(GetParam().rfc, GetParam().name));
  const int expected = GetParam().edge;
  if (expected == processed) {
    ASSERT_NE(callee, nullptr);
    const Packet received = callee->receives(sent.message.method_text());
    EXPECT_EQ(received.body(), sent.message.body());
    EXPECT_EQ(received.request_uri(), callee->contact());
    return;
  }
  if (callee != nullptr) callee->receives_nothing();
  if (expected == discarded) return sender.receives_nothing();
  EXPECT_EQ(sender.receives("SIP/2.0 ").status(), expected) << edge.ladder();
  sender.receives_nothing();
}

// Where the edge differs from the RFC's verdict, the table says why.
TEST_P(TortureMessage, IsListedWithTheReasonForADifference) {
  EXPECT_TRUE(GetParam().verdict == GetParam().edge || !std::string(GetParam().note).empty());
}

INSTANTIATE_TEST_SUITE_P(Rfcs, TortureMessage, ::testing::ValuesIn(torture_messages),
                         [](const auto& tested) { return test_name(tested.param); });

class Rfc4475 : public ::testing::Test {
 protected:
  // The message as another phone sends it, at that phone's own address.
  static std::string from(const Phone& phone, const std::string& name) {
    const std::string text = octets_of(4475, name);
    return replaced(text, Packet(text).header("Via"),
                    "SIP/2.0/UDP " + phone.address() + ";rport;branch=z9hG4bK-" + name);
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:5060");
  Phone& user = edge.udp("user", "198.51.100.2:5060");
};

// "they are just spurious noise that must be ignored"
TEST_F(Rfc4475, S3_1_1_8_dblreq_IsOneRequest) {
  Phone& joe = edge.udp("joe", "198.51.100.3:5060");
  joe.is_registered();
  alice.sends(from(alice, "dblreq"));
  alice.receives("SIP/2.0 200");
  alice.receives_nothing();
  joe.receives_nothing();
}

// §3.1.1.12, §3.1.1.13: "The reason phrase is intended for human consumption".
TEST_F(Rfc4475, ReasonPhrasesArePassedOnUnchanged) {
  user.is_registered();
  alice.sends(alice.opens("INVITE", "sip:user@example.com"));
  alice.receives("SIP/2.0 100");
  const Packet invite = user.receives("INVITE");
  const std::string no_reason = replaced(Packet(octets_of(4475, "noreason")).start_line(), "100", "180");
  user.sends(replaced(user.answers(invite, 180), "SIP/2.0 180 Status", no_reason));
  EXPECT_EQ(alice.receives("SIP/2.0 180").start_line(), "SIP/2.0 180 ");
  const std::string unusual = Packet(octets_of(4475, "unreason")).start_line();
  user.sends(replaced(user.answers(invite, 200), "SIP/2.0 200 Status", unusual));
  EXPECT_EQ(alice.receives("SIP/2.0 200").start_line(), unusual);
}

// §3.1.2.5, §3.1.2.19: "An element receiving this response will simply discard it."
TEST_F(Rfc4475, ResponsesOutOfRangeAreDiscarded) {
  user.is_registered();
  alice.sends(alice.opens("MESSAGE", "sip:user@example.com"));
  const Packet message = user.receives("MESSAGE");
  const std::string answer = user.answers(message, 200);
  user.sends(replaced(answer, "SIP/2.0 200", "SIP/2.0 4294967301"));
  user.sends(replaced(answer, "CSeq: 1 ", "CSeq: 9292394834772304023312 "));
  alice.receives_nothing();
  user.sends(answer);
  alice.receives("SIP/2.0 200");
}

// "the escaped headers must not appear in the Request-URI of the forwarded request"
TEST_F(Rfc4475, S3_1_2_11_escruri_IsNotForwardedWithItsHeaders) {
  Phone& foreign = edge.udp("user", "192.0.2.9:5060");
  edge.resolves("example.org", "192.0.2.9:5060");
  alice.is_registered();
  alice.sends(replaced(from(alice, "escruri"), "user@example.com?", "user@example.org?"));
  const Packet invite = foreign.receives("INVITE");
  EXPECT_EQ(invite.request_uri(), "sip:user@example.org");
  EXPECT_THAT(invite.text(), Not(HasSubstr("%3Csip:")));
}

// Two requests of a client that always sends the cookie alone are two transactions.
TEST_F(Rfc4475, S3_2_1_badbranch_IdentifiesNothing) {
  user.is_registered();
  std::string one = from(alice, "badbranch");
  one = replaced(one, "z9hG4bK-badbranch", "z9hG4bK");
  alice.sends(one);
  alice.sends(one);
  alice.sends(replaced(one, "as0derf3j3n", "another"));
  user.receives("OPTIONS");
  user.receives("OPTIONS");
  user.receives_nothing();
}

// "containing an Unsupported header field listing these features"
TEST_F(Rfc4475, S3_3_5_bext01_IsToldWhatIsUnsupported) {
  alice.sends(from(alice, "bext01"));
  EXPECT_EQ(alice.receives("SIP/2.0 420").header("Unsupported"),
            "noProxiesSupportThis, norDoAnyProxiesSupportThis");
}

// "To protect against this as an avenue of attack, proxies should drop such responses."
TEST_F(Rfc4475, S3_3_10_bcast_GoesToNobodyButTheClientOfItsTransaction) {
  user.is_registered();
  alice.sends(alice.opens("MESSAGE", "sip:user@example.com"));
  const Packet message = user.receives("MESSAGE");
  user.sends(replaced(user.answers(message, 200), alice.address(), "255.255.255.255"));
  EXPECT_THAT(edge.ladder(), Not(HasSubstr("255.255.255.255")));
}

// "The response must not include "unknownparam" as a url-parameter for this binding."
TEST_F(Rfc4475, S3_3_12_cparam01_KeepsItsHeaderParameterOutOfTheUri) {
  alice.sends(from(alice, "cparam01"));
  EXPECT_EQ(uri_in(alice.receives("SIP/2.0 200").header("Contact")), "sip:+19725552222@gw1.example.net");
}

// "a subsequent retrieval of the registration must include "unknownparam" as a url-parameter"
TEST_F(Rfc4475, S3_3_13_cparam02_KeepsItsUriParameter) {
  alice.sends(from(alice, "cparam02"));
  EXPECT_EQ(uri_in(alice.receives("SIP/2.0 200").header("Contact")),
            "sip:+19725552222@gw1.example.net;unknownparam");
}

// "must include the escaped Route header in the contact URI for this binding"
TEST_F(Rfc4475, S3_3_14_regescrt_KeepsTheHeadersOfItsContact) {
  alice.sends(replaced(from(alice, "regescrt"), "<sip:user@example.com?", "<sip:user@198.51.100.1?"));
  EXPECT_EQ(uri_in(alice.receives("SIP/2.0 200").header("Contact")),
            "sip:user@198.51.100.1?Route=%3Csip:sip.example.com%3E");
  user.sends(user.opens("MESSAGE", "sip:user@example.com"));
  EXPECT_EQ(alice.receives("MESSAGE").request_uri(), "sip:user@198.51.100.1");
}

// The whole Via, Call-ID, From tag, CSeq and Request-URI are the transaction (RFC 3261 §17.2.3).
TEST_F(Rfc4475, S3_4_1_inv2543_IsOneTransactionWhenItComesAgain) {
  Phone& userb = edge.udp("UserB", "198.51.100.4:5060");
  userb.is_registered();
  Phone& gateway = edge.udp("gateway", "192.0.2.77:5060");
  for (int i = 0; i < 2; ++i) {
    gateway.sends(octets_of(4475, "inv2543"));
    gateway.receives("SIP/2.0 100");
  }
  const Packet invite = userb.receives("INVITE");
  userb.receives_nothing();
  EXPECT_TRUE(invite.has("Max-Forwards"));
}

}  // namespace
}  // namespace flowgate::test
