// draft-ietf-sip-gruu-04 §7.2, RFC 5627 §3.2.
#include "registrar/administrative_gruu.h"

#include "site.h"

namespace flowgate::registrar {
namespace {

using ::testing::ElementsAre;

const std::string contact = "sip:vm@192.0.2.30:5070;transport=tcp";

class AdministrativeGruu : public Site {
 public:
  AdministrativeGruu() {
    options.administrative_gruus = {{"sip:voicemail@example.com;gr=urn:uuid:1", contact},
                                    {"sip:alice@example.com;opaque=Voice:Mail", "sips:alice@vm.example.net"},
                                    {"sips:x7f@example.com;gr", "sip:hidden@192.0.2.31;grid=own"},
                                    {"sip:edge@example.com;gr=here", ""}};
  }
};

// "The proxy serving the domain is configured with the GRUU, and with the contact it should be translated
// to."
TEST_F(AdministrativeGruu, TranslatesToItsContact) {
  const Located located = locate("sip:voicemail@example.com;gr=urn:uuid:1");
  EXPECT_TRUE(located.gruu);
  EXPECT_EQ(located.status, 0);
  ASSERT_EQ(located.targets.size(), 1);
  EXPECT_EQ(located.targets[0].uri, contact);
  EXPECT_EQ(located.targets[0].contact_uri, contact);
  EXPECT_FALSE(located.targets[0].by_flow);
  EXPECT_THAT(targets("sip:alice@example.com;opaque=voice:mail"), ElementsAre("sips:alice@vm.example.net"));
  EXPECT_THAT(targets("sip:x7f@example.com;gr"), ElementsAre("sip:hidden@192.0.2.31;grid=own"));
}

// RFC 5627 §6.1: "equivalent, based on URI comparison". draft-gruu §6: "both the SIP and SIPS versions MUST
// exist."
TEST_F(AdministrativeGruu, IsComparedAsAUri) {
  for (const char* uri :
       {"sips:voicemail@example.com;gr=urn:uuid:1", "sip:voice%6dail@EXAMPLE.com;GR=URN:uuid:%31",
        "sip:voicemail@example.com:5060;x=y;gr=urn:uuid:1"}) {
    EXPECT_THAT(targets(uri), ElementsAre(contact)) << uri;
  }
  EXPECT_TRUE(targets("sip:Voicemail@example.com;gr=urn:uuid:1").empty());
  EXPECT_TRUE(targets("sip:voicemail@example.com;gr=urn:uuid:2").empty());
  EXPECT_TRUE(targets("sip:voicemail@example.com;opaque=urn:uuid:1").empty());
  EXPECT_TRUE(targets("sip:x7f@example.com").empty());
}

// draft-gruu §8.4.1
TEST_F(AdministrativeGruu, HandsItsGridOn) {
  EXPECT_THAT(targets("sip:voicemail@example.com;gr=urn:uuid:1;grid=99a;x=y"),
              ElementsAre(contact + ";grid=99a"));
  EXPECT_THAT(targets("sip:x7f@example.com;gr;grid=99a"), ElementsAre("sip:hidden@192.0.2.31;grid=99a"));
}

// draft-gruu §9: without its parameter it "MUST correspond to a valid resource in the domain".
TEST_F(AdministrativeGruu, HasAnAorThatIsKnown) {
  only("bob");
  EXPECT_THAT(targets("sip:voicemail@example.com;gr=urn:uuid:1"), ElementsAre(contact));
  EXPECT_EQ(locate("sip:voicemail@example.com").status, 480);
  EXPECT_EQ(locate("sip:voicemail@example.com;gr=urn:uuid:2").status, 480);
  EXPECT_EQ(locate("sip:nobody@example.com").status, 404);
}

// §7.2: "the GRUU routes directly to the server, and there is no need for a translation".
TEST_F(AdministrativeGruu, OfThisProcessHasNoContact) {
  EXPECT_EQ(locate("sip:edge@example.com;gr=here").status, 404);
  EXPECT_TRUE(registrar().serves(uri_of("sip:edge@example.com;gr=here;grid=1")));
  EXPECT_FALSE(registrar().serves(uri_of("sip:edge@example.com")));
  EXPECT_FALSE(registrar().serves(uri_of("sip:voicemail@example.com;gr=urn:uuid:1")));
}

TEST_F(AdministrativeGruu, GoesBeforeARegisteredInstanceOfThatName) {
  ASSERT_EQ(send({.to = "<sip:voicemail@example.com>",
                  .fields = {"Contact: <sip:v@192.0.2.1>;+sip.instance=\"<urn:uuid:1>\""}})
                .status,
            200);
  EXPECT_THAT(targets("sip:voicemail@example.com;gr=urn:uuid:1"), ElementsAre(contact));
  EXPECT_THAT(targets("sip:voicemail@example.com"), ElementsAre("sip:v@192.0.2.1"));
}

}  // namespace
}  // namespace flowgate::registrar
