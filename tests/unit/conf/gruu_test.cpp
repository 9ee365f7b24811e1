#include "conf/gruu.h"

#include "tests/unit/conf/config_fixture.h"

namespace flowgate::conf {
namespace {

class GruuTest : public ConfigTest {
 protected:
  std::string refusal_of(const std::string& gruu, const std::string& contact = "self") {
    return refusal_with("gruu:\n  administrative:\n    \"" + gruu + "\": " + contact + "\n");
  }
};

TEST_F(GruuTest, WithoutTheSectionThereAreNone) {
  const Gruu gruu = loaded_with("").gruu;
  EXPECT_FALSE(gruu.anonymous_for_draft);
  EXPECT_TRUE(gruu.administrative.empty());
}

TEST_F(GruuTest, AdministrativeOnesAreReadInOrder) {
  const Gruu gruu =
      loaded_with(
          "gruu:\n"
          "  anonymous_for_draft: true\n"
          "  administrative:\n"
          "    \"sip:voicemail@EXAMPLE.com;gr=urn:uuid:1\": \"sip:vm@192.0.2.1:5070;transport=tcp\"\n"
          "    \"sips:alice@example.com;opaque=box\": sips:vm.example.net\n"
          "    \"sip:x7f@example.com;gr\": self\n")
          .gruu;
  EXPECT_TRUE(gruu.anonymous_for_draft);
  ASSERT_EQ(gruu.administrative.size(), 3U);
  EXPECT_EQ(gruu.administrative[0].uri, "sip:voicemail@EXAMPLE.com;gr=urn:uuid:1");
  EXPECT_EQ(gruu.administrative[0].contact, "sip:vm@192.0.2.1:5070;transport=tcp");
  EXPECT_EQ(gruu.administrative[1].contact, "sips:vm.example.net");
  EXPECT_EQ(gruu.administrative[2].uri, "sip:x7f@example.com;gr");
  EXPECT_EQ(gruu.administrative[2].contact, "");
}

TEST_F(GruuTest, WhatIsNoGruuOfTheDomainsIsRefusedWhereItStands) {
  const std::string place = "flowgate.yaml:4:5: gruu.administrative: ";
  const std::string form =
      place + "expected a GRUU, such as \"sip:voicemail@example.com;gr=urn:uuid:...\", found ";
  const std::string parameter = place + "expected one parameter, gr or opaque, in ";
  const std::string bare = place + "expected neither port nor password nor headers in ";
  EXPECT_EQ(refusal_of("tel:+1;gr"), form + "'tel:+1;gr'");
  EXPECT_EQ(refusal_of("voicemail"), form + "'voicemail'");
  EXPECT_EQ(refusal_of("sip:a@example.org;gr=1"), place + "'example.org' is none of the domains");
  EXPECT_EQ(refusal_of("sip:example.com;gr=1"), place + "expected a user part in 'sip:example.com;gr=1'");
  EXPECT_EQ(refusal_of("sip:a@example.com:5060;gr=1"), bare + "'sip:a@example.com:5060;gr=1'");
  EXPECT_EQ(refusal_of("sip:a:b@example.com;gr=1"), bare + "'sip:a:b@example.com;gr=1'");
  EXPECT_EQ(refusal_of("sip:a@example.com;gr=1?b=c"), bare + "'sip:a@example.com;gr=1?b=c'");
  for (const std::string gruu :
       {"sip:a@example.com", "sip:a@example.com;grid=1", "sip:a@example.com;gr=1;opaque=2"})
    EXPECT_EQ(refusal_of(gruu), parameter + "'" + gruu + "'");
  EXPECT_EQ(refusal_of("sip:a@example.com;opaque"),
            place + "expected opaque with a value in 'sip:a@example.com;opaque'");
}

TEST_F(GruuTest, WhatIsNoContactIsRefusedWhereItStands) {
  const std::string gruu = "sip:a@example.com;gr=1";
  const std::string place = "flowgate.yaml:4:31: gruu.administrative: ";
  const std::string form = place + "expected a SIP URI, such as \"sip:vm@192.0.2.1:5070\", or self, found ";
  EXPECT_EQ(refusal_of(gruu, "tel:+1"), form + "'tel:+1'");
  EXPECT_EQ(refusal_of(gruu, "here"), form + "'here'");
  EXPECT_EQ(refusal_of(gruu, "[self]"), form + "a list");
  EXPECT_EQ(refusal_of(gruu, "sip:vm@192.0.2.1?a=b"),
            place + "expected no headers in 'sip:vm@192.0.2.1?a=b'");
  EXPECT_EQ(refusal_of(gruu, "sip:vm@EXAMPLE.com"),
            place + "'sip:vm@EXAMPLE.com' is in one of the domains: it would lead here again");
}

// RFC 3261 §19.1.4
TEST_F(GruuTest, TwoSpellingsOfOneGruuAreRefused) {
  const auto refusal_beside = [this](const std::string& other) {
    return refusal_with("gruu:\n  administrative:\n    \"sip:alice@example.com;gr=urn:x\": self\n    \"" +
                        other + "\": self\n");
  };
  for (const std::string same : {"sips:alice@example.com;gr=Urn:x", "sip:%61lice@EXAMPLE.com;GR=urn:%78"}) {
    EXPECT_EQ(refusal_beside(same), "flowgate.yaml:5:5: gruu.administrative: '" + same + "' stands twice");
  }
  for (const std::string other : {"sip:Alice@example.com;gr=urn:x", "sip:alice@example.com;opaque=urn:x"})
    EXPECT_EQ(refusal_beside(other), "");
}

TEST_F(GruuTest, AnythingElseIsRefused) {
  EXPECT_EQ(refusal_with("gruu: {administrative: [self]}\n"),
            "flowgate.yaml:2:24: gruu.administrative: expected a mapping of GRUUs to contacts, found a list");
  EXPECT_EQ(refusal_with("gruu: {anonymous_for_draft: 1}\n"),
            "flowgate.yaml:2:29: gruu.anonymous_for_draft: expected true or false, found '1'");
  EXPECT_EQ(refusal_with("gruu: {administrativ: {}}\n"),
            "flowgate.yaml:2:8: gruu: unknown key 'administrativ'; did you mean 'administrative'?");
}

}  // namespace
}  // namespace flowgate::conf
