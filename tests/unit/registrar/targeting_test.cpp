// RFC 3261 §16.5, RFC 5626 §7, RFC 5627 §6.1, draft-ietf-sip-gruu-04 §8.4.1.
#include "registrar/targeting.h"

#include "site.h"

namespace flowgate::registrar {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

const std::string instance = ";+sip.instance=\"<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>\"";
const std::string other_instance = ";+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-aabbccddeeff>\"";
const std::string gruu = "sip:alice@example.com;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
const std::string legacy = "sip:alice@example.com;opaque=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";

class Targeting : public Site {
 public:
  // Binds a Contact of alice; each call is a second later and has a Call-ID of its own.
  void bind(const std::string& contact, const Flow& flow = flow_from(Protocol::udp, "192.0.2.1", 5060)) {
    now += 1s;
    const std::string call_id = std::to_string(now.time_since_epoch().count());
    ASSERT_EQ(
        send({.call_id = call_id, .fields = {"Contact: " + contact, "Supported: outbound"}, .flow = flow})
            .status,
        200);
  }
};

TEST_F(Targeting, AUriThatIsNotOursOrHasNoUserIsAnswered404) {
  EXPECT_EQ(locate("sip:alice@example.org").status, 404);
  EXPECT_EQ(locate("sip:example.com").status, 404);
}

TEST_F(Targeting, AnUnknownUserIsAnswered404AndOneWhoIsNotThere480) {
  only("alice");
  EXPECT_EQ(locate("sip:bob@example.com").status, 404);
  EXPECT_EQ(locate("sip:alice@example.com").status, 480);
}

TEST_F(Targeting, AnAorReachesAllItsBindingsBestQFirstThenTheMostRecentlyUpdated) {
  bind("<sip:a@h>;q=0.5");
  bind("<sip:b@h>");
  bind("<sip:c@h>;q=0.5");
  bind("<sip:d@h>;q=0.001");
  EXPECT_THAT(targets("sip:alice@example.com;transport=tcp"),
              ElementsAre("sip:b@h", "sip:c@h", "sip:a@h", "sip:d@h"));
  EXPECT_FALSE(locate("sip:alice@example.com").gruu);
}

TEST_F(Targeting, WhatHasExpiredIsNoTarget) {
  bind("<sip:a@h>;expires=60");
  bind("<sip:b@h>");
  now += 60s;
  EXPECT_THAT(targets("sip:alice@example.com"), ElementsAre("sip:b@h"));
}

TEST_F(Targeting, TheRequestUriIsTheContactsUriByteForByte) {
  bind("\"x\" <sip:%61lice@UA.Example.org:5070;Transport=UDP;a=%3b>;q=1");
  EXPECT_THAT(targets("sip:alice@example.com"),
              ElementsAre("sip:%61lice@UA.Example.org:5070;Transport=UDP;a=%3b"));
}

// RFC 3261 §16.6 (2): "If the URI contains any parameters not allowed in a Request-URI, they MUST be
// removed."
TEST_F(Targeting, WhatARequestUriMayNotHaveIsRemoved) {
  bind("<sip:a@192.0.2.1;x=1;method=BYE;y=2?Route=%3Csip:evil%3E&a=b>");
  EXPECT_THAT(targets("sip:alice@example.com"), ElementsAre("sip:a@192.0.2.1;x=1;y=2"));
}

// RFC 5627 §6.1 (2): "The proxy MUST select the most recently refreshed contact."
// RFC 5627 §6.1 (2): "MUST select the most recently refreshed contact"; the others are for a 408 or 430.
TEST_F(Targeting, OfAnInstanceWithoutOutboundTheMostRecentlyRefreshedBindingComesFirst) {
  bind("<sip:old@h>;q=1.0" + instance);
  bind("<sip:new@h>;q=0.5" + instance);
  bind("<sip:other@h>;q=0.4" + other_instance);
  bind("<sip:none@h>;q=0.3");
  EXPECT_THAT(targets("sip:alice@example.com"),
              ElementsAre("sip:new@h", "sip:other@h", "sip:none@h", "sip:old@h"));
  EXPECT_THAT(targets(gruu), ElementsAre("sip:new@h", "sip:old@h"));
  bind("<sip:old@h>" + instance);
  EXPECT_THAT(targets(gruu), ElementsAre("sip:old@h", "sip:new@h"));
}

TEST_F(Targeting, AnExpiredBindingSupersedesNone) {
  bind("<sip:old@h>" + instance);
  bind("<sip:new@h>;expires=60" + instance);
  now += 60s;
  EXPECT_THAT(targets(gruu), ElementsAre("sip:old@h"));
}

TEST_F(Targeting, OfTwoInOneRequestTheLaterSupersedes) {
  bind("<sip:a@h>" + instance + ", <sip:b@h>" + instance);
  EXPECT_THAT(targets(gruu), ElementsAre("sip:b@h", "sip:a@h"));
}

// RFC 5626 §7: the caller tries them one at a time.
TEST_F(Targeting, AllFlowsOfAnInstanceAreTargetsTheMostRecentFirst) {
  const Flow first = flow_from(Protocol::tcp, "192.0.2.1", 40001),
             second = flow_from(Protocol::tcp, "192.0.2.1", 40002);
  bind("<sip:a@192.0.2.1>;reg-id=1" + instance, first);
  bind("<sip:a@192.0.2.1>;reg-id=2" + instance, second);
  const Located located = locate("sip:alice@example.com");
  ASSERT_EQ(located.targets.size(), 2);
  const Target& best = located.targets[0];
  EXPECT_EQ(best.flow, second);
  EXPECT_TRUE(best.by_flow);
  EXPECT_TRUE(best.outbound);
  EXPECT_EQ(best.reg_id, 2);
  EXPECT_EQ(best.instance, uuid);
  EXPECT_EQ(best.dialect, Dialect::rfc);
  EXPECT_EQ(best.aor, "alice@example.com");
  EXPECT_EQ(best.updated, now);
  EXPECT_EQ(located.targets[1].flow, first);
}

TEST_F(Targeting, AGruuReachesItsInstanceOnly) {
  bind("<sip:a@h>" + instance);
  bind("<sip:b@h>" + other_instance);
  bind("<sip:c@h>");
  for (const std::string& each : {gruu, legacy, "sips" + gruu.substr(3), gruu + ";x=y"}) {
    EXPECT_THAT(targets(each), ElementsAre("sip:a@h")) << each;
    EXPECT_TRUE(locate(each).gruu);
  }
}

TEST_F(Targeting, AGruuComparesInstanceIdsAsUrns) {
  bind("<sip:a@h>" + instance);
  EXPECT_THAT(targets("sip:alice@example.com;gr=URN:UUID:F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"),
              ElementsAre("sip:a@h"));
}

// RFC 3261 §19.1.2, §25.1: what may not stand in a URI parameter is escaped there, and means the same.
TEST_F(Targeting, AnInstanceIdOfAnyCharactersIsReachedByItsGruus) {
  int number = 0;
  for (const std::string id : {"urn:x:a;b=c%41,D!", "urn:x:a;b=c%41,d!", "urn:Example:Desk@Home/[1]?x",
                               "urn:x:\\\"quoted\\\"", "urn:x:caf\xc3\xa9", "MAC-^a 1"}) {
    const std::string uri = "sip:" + std::to_string(++number) + "@h";
    bind("<" + uri + ">;+sip.instance=\"<" + id + ">\"");
    const std::string contact = contacts(query()).back();
    for (const char* parameter : {"pub-gruu", "temp-gruu"})
      EXPECT_THAT(targets(quoted_param(contact, parameter)), ElementsAre(uri)) << contact;
    const auto pub = quoted_param(contact, "pub-gruu");
    EXPECT_THAT(targets(legacy_gruu(uri_of("sip:alice@example.com"), *gruu_instance(uri_of(pub)))),
                ElementsAre(uri));
  }
}

// RFC 5627 §6.1: "If there are no registered contacts bound to the GRUU, the server MUST return a 480".
TEST_F(Targeting, AGruuWhoseInstanceIsNotThereIsAnswered480) {
  bind("<sip:b@h>" + other_instance);
  EXPECT_EQ(locate(gruu).status, 480);
  EXPECT_EQ(locate(legacy).status, 480);
}

TEST_F(Targeting, AGruuOfAnUnknownAorIsAnswered404) {
  only("bob");
  EXPECT_EQ(locate(gruu).status, 404);
  EXPECT_EQ(locate(legacy).status, 404);
}

// RFC 5626 §4.1: an instance-id is a URN, so such a GRUU is not "currently valid" (RFC 5627 §6.1), unless a
// UA has registered so all the same. draft-gruu §8.4.1: "but the instance ID is unknown, the proxy SHOULD
// generate a 480".
TEST_F(Targeting, AGrThatCanBeNoInstanceIdIsAnswered404AndAnOpaque480) {
  bind("<sip:b@h>;+sip.instance=\"<mac-B>\"");
  EXPECT_EQ(locate("sip:alice@example.com;gr=kjh29x97us97d").status, 404);
  EXPECT_EQ(locate("sip:alice@example.com;opaque=kjh29x97us97d").status, 480);
  EXPECT_THAT(targets(public_gruu(uri_of("sip:alice@example.com"), "mac-B")), ElementsAre("sip:b@h"));
}

// draft-gruu §6: a GRUU exists "from the time a contact with an instance ID is first registered to an AOR,
// until the time that the AOR is no longer valid in the domain"; appendix A.2.
TEST_F(Targeting, AnAnonymousGruuOutlivesItsRegistration) {
  EncryptedGruus gruus{TokenKeys::from({token_key(1)})};
  const std::string anonymous =
      gruus.mint(uri_of("sip:alice@example.com"), {"alice@example.com", std::string{uuid}, {}});
  EXPECT_EQ(locate(anonymous).status, 480);
  bind("<sip:a@h>;expires=60" + instance);
  bind("<sip:b@h>" + other_instance);
  EXPECT_THAT(targets(anonymous + ";grid=1;x=y"), ElementsAre("sip:a@h;grid=1"));
  EXPECT_TRUE(locate(anonymous).gruu);
  now += 60s;
  EXPECT_EQ(locate(anonymous).status, 480);
  only("bob");
  EXPECT_EQ(locate(anonymous).status, 404);
}

TEST_F(Targeting, AFakeAnonymousGruuIsAnswered404) {
  EXPECT_EQ(locate("sip:agruu.AAAA@example.com").status, 404);
  EncryptedGruus foreign{TokenKeys::from({token_key(9)})};
  EXPECT_EQ(
      locate(foreign.mint(uri_of("sip:alice@example.com"), {"alice@example.com", std::string{uuid}, {}}))
          .status,
      404);
}

// RFC 5627 §5.4: what is left of an encrypted GRUU is not "equivalent, based on URI comparison, to any AOR".
TEST_F(Targeting, WithoutItsGrATemporaryGruuIsNobody) {
  bind("<sip:a@h>" + instance);
  const std::string temporary = quoted_param(contacts(query()).at(0), "temp-gruu");
  EXPECT_EQ(locate(temporary.substr(0, temporary.find(';'))).status, 404);
}

// RFC 5627 §6.1: "If it contains the gr URI parameter but is not equivalent to a currently valid GRUU within
// the domain, it SHOULD be rejected with a 404".
TEST_F(Targeting, AnInvalidTemporaryGruuIsAnswered404) {
  bind("<sip:a@h>" + instance);
  EXPECT_EQ(locate("sip:tgruu.AAAA@example.com;gr").status, 404);
  EXPECT_EQ(locate("sip:alice@example.com;gr").status, 404);
  EncryptedGruus foreign{TokenKeys::from({token_key(9)})};
  EXPECT_EQ(locate(foreign.mint(uri_of("sip:alice@example.com"), {"alice@example.com", std::string{uuid}, 1}))
                .status,
            404);
}

TEST_F(Targeting, ATemporaryGruuOfAUserWhoWasTakenAwayIsAnswered404) {
  bind("<sip:a@h>" + instance);
  const std::string temporary = quoted_param(contacts(query()).at(0), "temp-gruu");
  EXPECT_THAT(targets(temporary), ElementsAre("sip:a@h"));
  only("bob");
  EXPECT_EQ(locate(temporary).status, 404);
}

// draft-gruu §8.4.1: "adding that parameter to the request target. If the grid was already present in the
// contact bound to the GRUU, it is overwritten".
TEST_F(Targeting, TheGridOfAGruuIsCarriedOver) {
  bind("<sip:callee@192.0.2.1>" + instance);
  EXPECT_THAT(targets(legacy + ";grid=99a"), ElementsAre("sip:callee@192.0.2.1;grid=99a"));
  EXPECT_THAT(targets(gruu + ";GRID=99a;x"), ElementsAre("sip:callee@192.0.2.1;GRID=99a"));
  EXPECT_THAT(targets(gruu + ";grid"), ElementsAre("sip:callee@192.0.2.1;grid"));
  const std::string temporary = quoted_param(contacts(query()).at(0), "temp-gruu");
  EXPECT_THAT(targets(temporary + ";grid=1"), ElementsAre("sip:callee@192.0.2.1;grid=1"));
}

TEST_F(Targeting, TheGridOfTheContactIsOverwritten) {
  bind("<sip:callee@192.0.2.1;a=b;Grid=own;c=d?e=f>" + instance);
  EXPECT_THAT(targets(gruu), ElementsAre("sip:callee@192.0.2.1;a=b;Grid=own;c=d"));
  EXPECT_THAT(targets(gruu + ";grid=99a"), ElementsAre("sip:callee@192.0.2.1;a=b;grid=99a;c=d"));
}

TEST_F(Targeting, TheGridOfAnAorIsNotCarriedOver) {
  bind("<sip:callee@192.0.2.1>" + instance);
  EXPECT_THAT(targets("sip:alice@example.com;grid=99a"), ElementsAre("sip:callee@192.0.2.1"));
}

class RemoveTarget : public Targeting {};

// RFC 5626 §7, §9.3: "The proxy removes the stale registration and tries the next binding for the same
// instance."
TEST_F(RemoveTarget, ADeadTargetTakesItsBindingOnly) {
  bind("<sip:a@192.0.2.1>;reg-id=1" + instance, flow_from(Protocol::tcp, "192.0.2.1", 40001));
  bind("<sip:a@192.0.2.1>;reg-id=2" + instance, flow_from(Protocol::tcp, "192.0.2.1", 40002));
  bind("<sip:a@192.0.2.1>", flow_from(Protocol::tcp, "192.0.2.1", 40003));
  const Located located = locate(gruu);
  ASSERT_EQ(located.targets.size(), 2);
  registrar().remove(located.targets[0]);
  EXPECT_EQ(store.size(), 2);
  ASSERT_EQ(locate(gruu).targets.size(), 1);
  EXPECT_EQ(locate(gruu).targets[0].reg_id, 1);
  registrar().remove(located.targets[0]);
  EXPECT_EQ(store.size(), 2);
}

TEST_F(RemoveTarget, APlainBindingIsNamedByItsUri) {
  bind("<sip:a@192.0.2.1>");
  bind("<sip:b@192.0.2.1>");
  registrar().remove(locate("sip:alice@example.com").targets.at(0));
  EXPECT_THAT(targets("sip:alice@example.com"), ElementsAre("sip:a@192.0.2.1"));
}

TEST_F(RemoveTarget, ABindingThatWasRefreshedSinceStays) {
  const Flow first = flow_from(Protocol::tcp, "192.0.2.1", 40001),
             second = flow_from(Protocol::tcp, "192.0.2.1", 40002);
  bind("<sip:a@192.0.2.1>;reg-id=1" + instance, first);
  const Target over_first = locate(gruu).targets.at(0);
  bind("<sip:a@192.0.2.1>;reg-id=1" + instance, first);
  registrar().remove(over_first);
  EXPECT_EQ(store.size(), 1);
  const Target refreshed = locate(gruu).targets.at(0);
  bind("<sip:a@192.0.2.1>;reg-id=1" + instance, second);
  Target same_time = refreshed;
  same_time.updated = now;
  registrar().remove(same_time);
  EXPECT_EQ(store.size(), 1);
}

// What is done with the targets may come back to the location service at once.
TEST_F(RemoveTarget, MayBeCalledWhenTheTargetsAreHandedOver) {
  bind("<sip:a@192.0.2.1>");
  Registrar own = registrar();
  own.locate(uri_of("sip:alice@example.com"), now,
             [&](const Located& located) { own.remove(located.targets.at(0)); });
  EXPECT_EQ(store.size(), 0);
}

}  // namespace
}  // namespace flowgate::registrar
