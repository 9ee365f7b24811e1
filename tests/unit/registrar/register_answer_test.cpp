// GRUUs in the 200: RFC 5627 §5, draft-ietf-sip-gruu-04 §7.1.2.
#include "registrar/register_answer.h"

#include "site.h"

namespace flowgate::registrar {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

const std::string callee = "Contact: <sip:callee@192.0.2.1>";
const std::string instance = ";+sip.instance=\"<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>\"";
const std::string other_instance = ";+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-aabbccddeeff>\"";
const std::string supported = "Supported: gruu, outbound";

class GruuAnswer : public Site {
 public:
  // The temporary GRUU of the first Contact of the answer.
  std::string temporary(const Register& request) {
    return quoted_param(contacts(send(request)).at(0), "temp-gruu");
  }
};

// §5.2
TEST_F(GruuAnswer, PubGruuAndTempGruuAreGivenToAUaThatSupportsGruu) {
  const Answer answer =
      send({.to = "Callee <sip:Callee@Example.com>", .fields = {callee + instance, supported}});
  const std::string contact = contacts(answer).at(0);
  EXPECT_TRUE(contact.starts_with(callee.substr(9) + instance + ";expires=3600;pub-gruu=")) << contact;
  EXPECT_EQ(quoted_param(contact, "pub-gruu"), "sip:Callee@Example.com;gr=" + std::string{uuid});
  EXPECT_TRUE(is_encrypted_gruu(uri_of(quoted_param(contact, "temp-gruu"))));
  EXPECT_EQ(quoted_param(contact, "gruu"), "");
}

// RFC 3261 §25.1: neither quotes nor backslashes may stand in a URI, so that its quoted-string needs no
// escapes.
TEST_F(GruuAnswer, WhatAUriMayNotHoldIsEscapedAsInAUri) {
  const std::string quoted = R"(;+sip.instance="<urn:x:a\"b\\c>")";
  const std::string contact = contacts(send({.fields = {callee + quoted, supported}})).at(0);
  EXPECT_TRUE(contact.starts_with(callee.substr(9) + quoted + ";expires=3600;")) << contact;
  EXPECT_EQ(quoted_param(contact, "pub-gruu"), "sip:alice@example.com;gr=urn:x:a%22b%5Cc");
  EXPECT_EQ(quoted_param(contact, "temp-gruu").find_first_of("\"\\"), std::string::npos);
}

// Eight Contacts are more than what a REGISTER usually says.
TEST_F(GruuAnswer, LongContactsAreAllListedAsTheyCame) {
  std::vector<std::string> fields{supported}, listed;
  for (int i = 0; i < 8; ++i) {
    const std::string contact = "\"" + std::string(100, static_cast<char>('a' + i)) +
                                "\" <sip:alice@192.0.2." + std::to_string(i) + ">;x=y";
    fields.push_back("Contact: " + contact + ";expires=600;pub-gruu=\"a;b\";z" + std::to_string(i));
    listed.push_back(contact + ";z" + std::to_string(i) + ";expires=600");
  }
  EXPECT_THAT(contacts(send({.fields = fields})), ElementsAreArray(listed));
  EXPECT_EQ(targets("sip:alice@example.com").size(), 8);
}

// §5.2: "The registrar SHOULD NOT include the gruu option tag in the Require [...] header field of the
// response." In Supported it does no harm.
TEST_F(GruuAnswer, TheGruuOptionTagIsNotRequiredInTheAnswerToAnRfcUa) {
  const Answer answer = send({.fields = {callee + instance, supported, "Require: gruu"}});
  EXPECT_THAT(values(answer, "Require"), IsEmpty());
  EXPECT_THAT(values(answer, "Supported"), ElementsAre("outbound, path, gruu"));
}

// draft-gruu §7.1.2.1: "if the Require or Supported header field [...] contained the option tag gruu". RFC
// 5627 has left that out; who requires it supports it.
TEST_F(GruuAnswer, GruusAreGivenToWhoRequiresThem) {
  EXPECT_THAT(contacts(send({.fields = {callee + instance, "Require: gruu"}})).front(),
              testing::HasSubstr(";pub-gruu="));
}

TEST_F(GruuAnswer, NoGruuIsGivenWithoutSupportOrWithoutAnInstanceId) {
  EXPECT_THAT(contacts(send({.fields = {callee + instance, "Supported: outbound"}})),
              ElementsAre(callee.substr(9) + instance + ";expires=3600"));
  EXPECT_THAT(contacts(send({.to = "<sip:bob@example.com>", .fields = {callee, supported}})),
              ElementsAre(callee.substr(9) + ";expires=3600"));
}

// §5.2: each Contact in the response, whoever put it there.
TEST_F(GruuAnswer, EveryContactWithAnInstanceIdHasItsGruus) {
  send({.fields = {callee + instance}});
  send({.call_id = "2", .fields = {"Contact: <sip:plain@192.0.2.3>"}});
  send({.call_id = "3", .fields = {"Contact: <sip:callee@192.0.2.2>" + other_instance}});
  const std::vector<std::string> listed = contacts(query());
  ASSERT_EQ(listed.size(), 3);
  EXPECT_EQ(quoted_param(listed[0], "pub-gruu"), "sip:alice@example.com;gr=" + std::string{uuid});
  EXPECT_EQ(quoted_param(listed[1], "pub-gruu"), "");
  EXPECT_EQ(quoted_param(listed[2], "pub-gruu"), "sip:alice@example.com;gr=" + std::string{other_uuid});
  EXPECT_NE(quoted_param(listed[0], "temp-gruu"), quoted_param(listed[2], "temp-gruu"));
}

// §5.2: "MUST contain the most recently created temporary GRUU for that AOR and instance ID."
TEST_F(GruuAnswer, AllFlowsOfAnInstanceShowTheSameTemporaryGruu) {
  send({.fields = {callee + instance + ";reg-id=1", supported}});
  const Answer answer = send({.call_id = "2", .fields = {callee + instance + ";reg-id=2", supported}});
  const std::vector<std::string> listed = contacts(answer);
  ASSERT_EQ(listed.size(), 2);
  EXPECT_NE(quoted_param(listed[0], "temp-gruu"), "");
  EXPECT_EQ(quoted_param(listed[0], "temp-gruu"), quoted_param(listed[1], "temp-gruu"));
}

// §5.1: "The registrar SHOULD create a new temporary GRUU", and the older ones stay valid.
TEST_F(GruuAnswer, ARefreshGivesANewTemporaryGruuAndKeepsTheOld) {
  const std::string first = temporary({.fields = {callee + instance, supported}});
  const std::string second = temporary({.cseq = 2, .fields = {callee + instance, supported}});
  EXPECT_NE(first, second);
  EXPECT_THAT(targets(first), ElementsAre("sip:callee@192.0.2.1"));
  EXPECT_THAT(targets(second), ElementsAre("sip:callee@192.0.2.1"));
}

// §5.1: "If it differs from the one in the REGISTER request, the registrar MUST invalidate all previously
// generated temporary GRUUs for the AOR and instance ID"; "rejected by the domain with a 404 from this point
// forward".
TEST_F(GruuAnswer, AnotherCallIdInvalidatesAllTemporaryGruus) {
  const std::string first = temporary({.fields = {callee + instance, supported}});
  const std::string second = temporary({.cseq = 2, .fields = {callee + instance, supported}});
  const std::string third = temporary({.call_id = "rebooted", .fields = {callee + instance, supported}});
  EXPECT_EQ(locate(first).status, 404);
  EXPECT_EQ(locate(second).status, 404);
  EXPECT_THAT(targets(third), ElementsAre("sip:callee@192.0.2.1"));
}

// §5.1 asks for the same reg-id only "if the contact in the REGISTER request is registering a flow".
TEST_F(GruuAnswer, AnotherCallIdFromAnotherAddressInvalidatesThem) {
  const std::string first = temporary({.fields = {callee + instance, supported}});
  send({.call_id = "rebooted", .fields = {"Contact: <sip:callee@192.0.2.2>" + instance, supported}});
  EXPECT_EQ(store.size(), 2);
  EXPECT_EQ(locate(first).status, 404);
}

TEST_F(GruuAnswer, AnotherFlowWithItsOwnCallIdLeavesThemValid) {
  const std::string first = temporary({.fields = {callee + instance + ";reg-id=1", supported}});
  const std::string second =
      temporary({.call_id = "2", .fields = {callee + instance + ";reg-id=2", supported}});
  EXPECT_EQ(locate(first).targets.size(), 2);
  EXPECT_EQ(locate(second).targets.size(), 2);
  send({.call_id = "2", .cseq = 2, .fields = {callee + instance + ";reg-id=2", supported}});
  EXPECT_EQ(locate(first).targets.size(), 2);
  send({.call_id = "rebooted", .fields = {callee + instance + ";reg-id=2", supported}});
  EXPECT_EQ(locate(first).status, 404);
  EXPECT_EQ(locate(second).status, 404);
}

// §5.3: "all of the accumulated temporary GRUUs get invalidated once the last contact for a given instance ID
// expires."
TEST_F(GruuAnswer, TheyEndWithTheLastBindingOfTheInstance) {
  const std::string first = temporary({.fields = {callee + instance + ";reg-id=1;expires=60", supported}});
  send({.call_id = "2", .fields = {callee + instance + ";reg-id=2;expires=120", supported}});
  now += 60s;
  EXPECT_EQ(locate(first).targets.size(), 1);
  now += 60s;
  EXPECT_EQ(locate(first).status, 404);
  send({.cseq = 2, .fields = {callee + instance + ";reg-id=1", supported}});
  EXPECT_EQ(locate(first).status, 404);
}

TEST_F(GruuAnswer, ADeregistrationEndsThem) {
  const std::string first = temporary({.fields = {callee + instance, supported}});
  send({.cseq = 2, .fields = {callee + instance + ";expires=0", supported}});
  EXPECT_EQ(locate(first).status, 404);
}

TEST_F(GruuAnswer, AContactThatReplacesAnotherOfTheInstanceInOneRequestKeepsThem) {
  const std::string first = temporary({.fields = {callee + instance, supported}});
  send({.cseq = 2,
        .fields = {callee + instance + ";expires=0", "Contact: <sip:callee@192.0.2.2>" + instance,
                   supported}});
  EXPECT_THAT(targets(first), ElementsAre("sip:callee@192.0.2.2"));
}

// pjsip hash collision: the same instance-id under two AORs.
TEST_F(GruuAnswer, TheSameInstanceIdUnderAnotherAorIsAnotherInstance) {
  const std::string first = temporary({.fields = {callee + instance, supported}});
  send({.to = "<sip:bob@example.com>",
        .call_id = "2",
        .fields = {"Contact: <sip:bob@192.0.2.9>" + instance, supported}});
  EXPECT_THAT(targets(first), ElementsAre("sip:callee@192.0.2.1"));
  EXPECT_THAT(targets("sip:bob@example.com;gr=" + std::string{uuid}), ElementsAre("sip:bob@192.0.2.9"));
}

// §5.1: "If the contact URI is a GRUU for the AOR, the registrar MUST reject the request with a 403, for the
// same reason": requests would loop.
TEST_F(GruuAnswer, AContactThatIsAGruuOfTheAorIsAnswered403) {
  const std::string gruu = temporary({.fields = {callee + instance, supported}});
  EXPECT_EQ(send({.cseq = 2, .fields = {"Contact: <" + gruu + ">" + instance}}).status, 403);
  const std::string of_another =
      "Contact: <sip:alice@example.com;gr=" + std::string{other_uuid} + ">" + instance;
  EXPECT_EQ(send({.cseq = 2, .fields = {of_another}}).status, 403);
}

// onsip/SIP.js#991: versions up to 0.20.0 put their public GRUU into the REGISTER.
TEST_F(GruuAnswer, AContactThatIsTheUasOwnPublicGruuIsTakenWhereNothingLoops) {
  const std::string own = "Contact: <sip:alice@example.com;gr=" + std::string{uuid} + ">" + instance;
  EXPECT_EQ(send({.fields = {own}}).status, 200);
  EXPECT_TRUE(binding().by_flow);
  const std::vector<std::string> two{"SIP/2.0/UDP 203.0.113.1", "SIP/2.0/UDP 192.0.2.1"};
  EXPECT_EQ(send({.cseq = 2, .fields = {own}, .vias = two}).status, 403);
  EXPECT_EQ(send({.cseq = 2, .fields = {own, "Path: <sip:edge.example.com;lr>"}, .vias = two}).status, 200);
  EXPECT_FALSE(binding().by_flow);
}

class DraftGruuAnswer : public GruuAnswer {};

// draft-gruu §7.1.2.1: "the server MUST add a gruu Contact header field parameter"; "MUST contain a Require
// header field with the value gruu".
TEST_F(DraftGruuAnswer, ADraftUaGetsGruuAndRequireGruu) {
  for (const char* field : {"Supported: gruu", "Require: gruu"}) {
    const Answer answer = send({.call_id = field, .fields = {callee + instance + ";flow-id=1", field}});
    EXPECT_THAT(contacts(answer),
                ElementsAre(callee.substr(9) + instance + ";flow-id=1;expires=3600" +
                            ";gruu=\"sip:alice@example.com;opaque=" + std::string{uuid} + "\""));
    EXPECT_THAT(values(answer, "Require"), ElementsAre("gruu"));
  }
}

// draft-gruu §7.1.2.1: "If the To header field in the REGISTER request had contained a SIPS URI, the SIPS
// version of the GRUU is returned."
TEST_F(DraftGruuAnswer, TheSipsVersionIsReturnedForASipsAor) {
  const Answer answer = send(
      {.to = "<sips:alice@example.com>", .fields = {callee + instance + ";flow-id=1", "Supported: gruu"}});
  EXPECT_EQ(quoted_param(contacts(answer).at(0), "gruu"),
            "sips:alice@example.com;opaque=" + std::string{uuid});
}

TEST_F(DraftGruuAnswer, ADraftUaThatDoesNotSupportGruuGetsNone) {
  const Answer answer = send({.fields = {callee + instance + ";flow-id=1"}});
  EXPECT_THAT(contacts(answer), ElementsAre(callee.substr(9) + instance + ";flow-id=1;expires=3600"));
  EXPECT_THAT(values(answer, "Require"), IsEmpty());
}

TEST_F(DraftGruuAnswer, WhoAsksDecidesOnTheDialect) {
  send({.fields = {callee + instance + ";flow-id=1", "Supported: gruu"}});
  const std::string contact = contacts(query()).at(0);
  EXPECT_EQ(quoted_param(contact, "gruu"), "");
  EXPECT_EQ(quoted_param(contact, "pub-gruu"), "sip:alice@example.com;gr=" + std::string{uuid});
}

}  // namespace
}  // namespace flowgate::registrar
