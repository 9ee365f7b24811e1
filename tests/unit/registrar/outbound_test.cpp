// RFC 5626 §6 and §7, and draft-ietf-sip-outbound-00 §5.
#include "site.h"

namespace flowgate::registrar {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string bob = "Contact: <sip:bob@192.0.2.2;transport=tcp>";
const std::string instance = ";+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>\"";
const std::string supported = "Supported: path, outbound";
const std::string ob_path = "Path: <sip:VskztcQ/S8p4WPbOnHbuyh5iJvJIW3ib@ep1.example.com;lr;ob>";
const std::vector<std::string> two_vias{"SIP/2.0/TCP 192.0.2.15;branch=z9hG4bKnuiqisi",
                                        "SIP/2.0/TCP 192.0.2.2;branch=z9hG4bKnashds7"};

class Outbound : public Site {
 public:
  Flow first = flow_from(Protocol::tcp, "192.0.2.2", 40001),
       second = flow_from(Protocol::tcp, "192.0.2.2", 40002);
};

// §6: "the registrar MUST include the outbound option-tag in a Require header field value in its response".
TEST_F(Outbound, ARegistrationOverADirectFlowIsAnsweredWithRequireOutboundAndFlowTimer) {
  const Answer answer = send({.fields = {bob + ";reg-id=1" + instance, supported}, .flow = first});
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(values(answer, "Require"), ElementsAre("outbound"));
  EXPECT_THAT(values(answer, "Flow-Timer"), ElementsAre("120"));
  EXPECT_THAT(contacts(answer), ElementsAre(bob.substr(9) + ";reg-id=1" + instance + ";expires=3600"));
  EXPECT_TRUE(binding().outbound);
  EXPECT_TRUE(binding().by_flow);
  EXPECT_EQ(binding().flow, first);
  EXPECT_EQ(binding().reg_id, 1);
  EXPECT_EQ(binding().instance, "urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF");
}

// Whoever requires an extension supports it (RFC 3261 §20.32, §20.37).
TEST_F(Outbound, WhoRequiresItSupportsIt) {
  const Answer answer = send({.fields = {bob + ";reg-id=1" + instance, "Require: outbound"}, .flow = first});
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(values(answer, "Require"), ElementsAre("outbound"));
  EXPECT_TRUE(binding().outbound);
}

TEST_F(Outbound, AFlowTimerOf0IsNotSent) {
  options.flow_timer = 0s;
  const Answer answer = send({.fields = {bob + ";reg-id=1" + instance, supported}});
  EXPECT_THAT(values(answer, "Require"), ElementsAre("outbound"));
  EXPECT_THAT(values(answer, "Flow-Timer"), IsEmpty());
}

// §6, message 11 of §9.2. The Flow-Timer is the edge proxy's to send (§5.4).
TEST_F(Outbound, ARegistrationThroughAnEdgeProxyGoesAlongItsPath) {
  const Answer answer =
      send({.fields = {bob + ";reg-id=1" + instance, supported, ob_path}, .vias = two_vias, .flow = first});
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(values(answer, "Require"), ElementsAre("outbound"));
  EXPECT_THAT(values(answer, "Flow-Timer"), IsEmpty());
  EXPECT_THAT(values(answer, "Path"), ElementsAre(ob_path.substr(6)));
  EXPECT_TRUE(binding().outbound);
  EXPECT_FALSE(binding().by_flow);
}

// §6: "or it exists but the first URI does not have an ob URI parameter": the first hop is the last to stand
// there.
TEST_F(Outbound, TheFirstHopIsTheLastPathValue) {
  const std::string plain = "Path: <sip:p2.example.com;lr>";
  EXPECT_EQ(
      send({.fields = {bob + ";reg-id=1" + instance, supported, plain, ob_path}, .vias = two_vias}).status,
      200);
  EXPECT_EQ(
      send({.fields = {bob + ";reg-id=2" + instance, supported, ob_path, plain}, .vias = two_vias}).status,
      439);
}

// §6, §11.6
TEST_F(Outbound, AFirstHopThatLacksOutboundSupportIsAnswered439) {
  const std::vector<std::string> fields{bob + ";reg-id=1" + instance, supported};
  EXPECT_EQ(send({.fields = fields, .vias = two_vias}).status, 439);
  EXPECT_EQ(
      send({.fields = {fields[0], fields[1], "Path: <sip:p1.example.com;lr>"}, .vias = two_vias}).status,
      439);
  EXPECT_EQ(send({.fields = fields, .vias = {two_vias[0] + ", " + two_vias[1]}}).status, 439);
  EXPECT_EQ(store.size(), 0);
}

// §6: "otherwise, the registrar MUST ignore the reg-id parameter of the Contact header."
TEST_F(Outbound, WithoutTheOptionTagTheRegIdIsIgnored) {
  for (const auto& vias : {two_vias, {two_vias[1]}}) {
    const Answer answer = send({.call_id = vias[0],
                                .fields = {bob + ";reg-id=1" + instance, "Supported: path"},
                                .vias = vias,
                                .flow = first});
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(values(answer, "Require"), IsEmpty());
    EXPECT_THAT(values(answer, "Flow-Timer"), IsEmpty());
    EXPECT_FALSE(binding().outbound);
  }
}

// §6: "Provided that the UAC had included an outbound option-tag" it is required; the binding is one in any
// case.
TEST_F(Outbound, WithObInThePathTheRegIdCountsWithoutTheOptionTag) {
  const Answer answer = send({.fields = {bob + ";reg-id=1" + instance, ob_path}, .vias = two_vias});
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(values(answer, "Require"), IsEmpty());
  EXPECT_TRUE(binding().outbound);
}

// §6: "a reg-id but no instance-id, it simply ignores the reg-id parameter."
TEST_F(Outbound, ARegIdWithoutAnInstanceIdIsIgnored) {
  for (const char* none : {"", ";+sip.instance", ";+sip.instance=\"\"", ";+sip.instance=\"<>\""}) {
    const Answer answer =
        send({.call_id = none + std::string{"x"}, .fields = {bob + ";reg-id=0" + none, supported}});
    EXPECT_EQ(answer.status, 200) << none;
    EXPECT_THAT(values(answer, "Require"), IsEmpty());
    EXPECT_FALSE(binding().outbound);
  }
  EXPECT_EQ(send({.call_id = "y", .fields = {bob + ";reg-id=1", supported}, .vias = two_vias}).status, 200);
}

// §6: "this combination will result in the creation of a GRUU".
TEST_F(Outbound, AnInstanceIdWithoutARegIdIsNotAnOutboundBinding) {
  const Answer answer = send({.fields = {bob + instance, supported}, .vias = two_vias});
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(values(answer, "Require"), IsEmpty());
  EXPECT_FALSE(binding().outbound);
}

// §4.2: "reg-id parameter values MUST be between 1 and (2**31 - 1)".
TEST_F(Outbound, ABadRegIdIsAnswered400) {
  for (const char* bad :
       {";reg-id=0", ";reg-id=2147483648", ";reg-id=x", ";reg-id", ";reg-id=-1", ";flow-id=0"}) {
    EXPECT_EQ(send({.fields = {bob + bad + instance, supported}}).status, 400) << bad;
  }
  EXPECT_EQ(send({.fields = {bob + ";reg-id=2147483647" + instance, supported}}).status, 200);
}

// §6: "the entire registration SHOULD be rejected with a 400".
TEST_F(Outbound, MoreThanOneContactWithARegIdIsAnswered400) {
  const std::string one = bob + ";reg-id=1" + instance, two = bob + ";reg-id=2" + instance;
  EXPECT_EQ(send({.fields = {one, two, supported}}).status, 400);
  EXPECT_EQ(send({.fields = {one, "Contact: <sip:bob@192.0.2.9>", supported}}).status, 400);
  EXPECT_EQ(store.size(), 0);
}

// §6: it "can also de-register any Contact header fields with zero expiration".
TEST_F(Outbound, ARegistrationOfAFlowMayDeregisterOtherContacts) {
  const std::string one = bob + ";reg-id=1" + instance, two = bob + ";reg-id=2" + instance;
  send({.fields = {one, supported}});
  send({.cseq = 2, .fields = {"Contact: <sip:old@192.0.2.9>"}});
  const Answer answer = send(
      {.cseq = 3, .fields = {one + ";expires=0", "Contact: <sip:old@192.0.2.9>;expires=0", two, supported}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(contacts(answer), ElementsAre(two.substr(9) + ";expires=3600"));
}

// §6: "the corresponding binding is between an AOR and the combination of the instance-id and the value of
// reg-id".
TEST_F(Outbound, TheBindingIsReplacedWhateverItsContactAndCallId) {
  send({.fields = {bob + ";reg-id=1" + instance, supported}, .flow = first});
  const Instant registered = now;
  now += 60s;
  const Answer answer = send(
      {.call_id = "rebooted",
       .fields = {"Contact: <sip:bob-0x5627@10.0.0.1:30252>;+SIP.Instance=\"<URN:uuid:00000000-0000-1000-"
                  "8000-aabbccddeeff>\" ; reg-id = 1",
                  supported},
       .flow = second});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(binding().uri, "sip:bob-0x5627@10.0.0.1:30252");
  EXPECT_EQ(binding().registered, registered);
  EXPECT_EQ(binding().updated, now);
  EXPECT_EQ(binding().flow, second);
  EXPECT_FALSE(store.registered_over(first, now));
}

TEST_F(Outbound, AnotherRegIdOrInstanceOrAorIsAnotherBinding) {
  send({.fields = {bob + ";reg-id=1" + instance, supported}, .flow = first});
  send({.call_id = "2", .fields = {bob + ";reg-id=2" + instance, supported}, .flow = second});
  send({.call_id = "3", .fields = {bob + ";reg-id=1;+sip.instance=\"<urn:x:1>\"", supported}});
  EXPECT_EQ(store.size(), 3);
  // pjsip makes its instance-id from the host name: many phones have the same.
  send({.to = "<sip:carol@example.com>", .fields = {bob + ";reg-id=1" + instance, supported}});
  EXPECT_EQ(store.size(), 4);
  EXPECT_EQ(locate("sip:carol@example.com").targets.size(), 1);
  send({.to = "<sip:carol@example.com>",
        .cseq = 2,
        .fields = {bob + ";reg-id=1" + instance + ";expires=0", supported}});
  EXPECT_EQ(locate("sip:alice@example.com").targets.size(), 3);
  EXPECT_EQ(locate("sip:carol@example.com").status, 480);
}

// §6: "The registrar MUST be prepared to receive, simultaneously for the same AOR, some registrations that
// use instance-id and reg-id and some registrations that do not."
TEST_F(Outbound, APlainBindingOfTheSameUriIsAnotherBinding) {
  send({.fields = {bob + ";reg-id=1" + instance, supported}});
  send({.call_id = "2", .fields = {bob}});
  EXPECT_EQ(store.size(), 2);
  send({.call_id = "2", .cseq = 2, .fields = {bob + ";expires=0"}});
  EXPECT_TRUE(binding().outbound);
}

TEST_F(Outbound, TheOrderOfRequestsCountsForFlows) {
  send({.cseq = 7, .fields = {bob + ";reg-id=1" + instance, supported}});
  EXPECT_EQ(send({.cseq = 7, .fields = {bob + ";reg-id=1" + instance, supported}}).status, 500);
  EXPECT_EQ(send({.cseq = 7, .fields = {bob + ";reg-id=2" + instance, supported}}).status, 200);
}

// §6 ties Require to the reg-id and the option tag, not to the expiration.
TEST_F(Outbound, ADeregistrationOfAFlowIsAnsweredWithRequireOutbound) {
  send({.fields = {bob + ";reg-id=1" + instance, supported}});
  const Answer answer = send({.cseq = 2, .fields = {bob + ";reg-id=1" + instance + ";expires=0", supported}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(contacts(answer), IsEmpty());
  EXPECT_THAT(values(answer, "Require"), ElementsAre("outbound"));
  EXPECT_EQ(store.size(), 0);
}

TEST_F(Outbound, AQueryIsAnsweredWithoutRequireOutbound) {
  send({.fields = {bob + ";reg-id=1" + instance, supported}});
  const Answer answer = send({.call_id = "q", .fields = {supported}});
  EXPECT_EQ(contacts(answer).size(), 1);
  EXPECT_THAT(values(answer, "Require"), IsEmpty());
  EXPECT_THAT(values(answer, "Flow-Timer"), IsEmpty());
}

// §7: "the proxy MUST invalidate all the bindings in the target set that use that flow (regardless of AOR)".
TEST_F(Outbound, ABrokenFlowTakesItsBindingsAndLeavesTheOthers) {
  send({.fields = {bob + ";reg-id=1" + instance, supported}, .flow = first});
  send({.call_id = "2", .fields = {bob + ";reg-id=2" + instance, supported}, .flow = second});
  send({.to = "<sip:carol@example.com>", .fields = {bob + ";reg-id=1" + instance, supported}, .flow = first});
  store.remove_flow(first);
  EXPECT_EQ(binding().reg_id, 2);
  EXPECT_EQ(locate("sip:carol@example.com").status, 480);
}

// draft-outbound §4.1, §5.1 and its example in §8: no option tags, and none in the answer.
TEST_F(Outbound, ADraftUaNeedsNoOptionTagsAndGetsNone) {
  const std::string callee =
      "Contact: <sip:callee@10.0.1.1>;+sip.instance=\"<urn:uuid:0C67446E-F1A1-11D9-94D3-000A95A0E128>\"";
  const Flow flow = flow_from(Protocol::udp, "192.0.2.1", 40000);
  const Answer answer = send({.fields = {callee + ";flow-id=1"}, .flow = flow});
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(contacts(answer), ElementsAre(callee.substr(9) + ";flow-id=1;expires=3600"));
  EXPECT_THAT(values(answer, "Require"), IsEmpty());
  EXPECT_THAT(values(answer, "Flow-Timer"), IsEmpty());
  EXPECT_TRUE(binding().outbound);
  EXPECT_TRUE(binding().by_flow);
  EXPECT_EQ(binding().dialect, Dialect::draft);
  EXPECT_EQ(binding().reg_id, 1);
  send({.call_id = "2", .fields = {callee + ";flow-id=2"}, .flow = first});
  send({.call_id = "3", .fields = {callee + ";flow-id=1"}, .flow = second});
  EXPECT_EQ(store.size(), 2);
  EXPECT_FALSE(store.registered_over(flow, now));
}

TEST_F(Outbound, ADraftUaIsNotAnswered439) {
  const Answer answer = send({.fields = {bob + ";flow-id=1" + instance, supported}, .vias = two_vias});
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(values(answer, "Require"), IsEmpty());
  EXPECT_FALSE(binding().outbound);
}

// A UA that is upgraded from flow-id to reg-id replaces its own flows: "same thing, same field".
TEST_F(Outbound, FlowIdAndRegIdAreOneField) {
  send({.fields = {bob + ";flow-id=1" + instance}});
  send({.cseq = 2, .fields = {bob + ";reg-id=1" + instance, supported}});
  EXPECT_EQ(binding().dialect, Dialect::rfc);
}

class ByFlow : public Site {};

// The binding of a UA without reg-id.
TEST_F(ByFlow, AUaBehindANatIsReachedOverTheFlowThatItRegisteredOn) {
  send({.fields = {"Contact: <sip:a@10.0.0.1>"}, .flow = flow_from(Protocol::udp, "192.0.2.77", 1024)});
  EXPECT_TRUE(binding().by_flow);
}

TEST_F(ByFlow, AUaOnAStreamIsReachedOverTheFlowThatItRegisteredOn) {
  send({.fields = {"Contact: <sip:a@192.0.2.1>"}, .flow = flow_from(Protocol::tcp, "192.0.2.1", 5060)});
  EXPECT_TRUE(binding().by_flow);
}

TEST_F(ByFlow, AnyOtherUaIsReachedByItsContact) {
  send({.fields = {"Contact: <sip:a@192.0.2.1>"}});
  EXPECT_FALSE(binding().by_flow);
}

TEST_F(ByFlow, AUaBehindAProxyIsReachedByItsPathOrContact) {
  const Flow flow = flow_from(Protocol::tcp, "203.0.113.1", 40000);
  send({.fields = {"Contact: <sip:a@192.0.2.1>", "Path: <sip:p.example.com;lr>"}, .flow = flow});
  EXPECT_FALSE(binding().by_flow);
  send({.cseq = 2, .fields = {"Contact: <sip:a@192.0.2.1>"}, .vias = two_vias, .flow = flow});
  EXPECT_FALSE(binding().by_flow);
}

}  // namespace
}  // namespace flowgate::registrar
