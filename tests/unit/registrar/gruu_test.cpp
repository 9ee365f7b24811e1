#include "registrar/gruu.h"

#include <gtest/gtest.h>

#include "site.h"

namespace flowgate::registrar {
namespace {

// RFC 5627 §3.1.1: "The public GRUU is constructed by adding the gr URI parameter, with a value, to the AOR."
TEST(PublicGruu, IsTheAorWithTheInstanceIdInGr) {
  EXPECT_EQ(public_gruu(uri_of("sip:callee@example.com"), uuid),
            "sip:callee@example.com;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
  EXPECT_EQ(public_gruu(uri_of("sips:callee@example.com"), uuid),
            "sips:callee@example.com;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
}

// versatica/JsSIP#844: a UA compares bytes.
TEST(PublicGruu, KeepsTheBytesOfTheAor) {
  EXPECT_EQ(public_gruu(uri_of("sip:Al%69ce@Example.COM;transport=tcp?a=b"), "urn:foo:1"),
            "sip:Al%69ce@Example.COM;gr=urn:foo:1");
  EXPECT_EQ(public_gruu(uri_of("sip:alice:secret@[2001:DB8::1]:5070"), "urn:foo:1"),
            "sip:alice@[2001:DB8::1]:5070;gr=urn:foo:1");
}

// RFC 3261 §25.1: pvalue = 1*paramchar
TEST(PublicGruu, EscapesWhatIsNoParamchar) {
  const std::string gruu = public_gruu(uri_of("sip:alice@example.com"), "urn:x:a;b=c%41@\"<>?,\xc3\xa9");
  EXPECT_EQ(gruu, "sip:alice@example.com;gr=urn:x:a%3Bb%3Dc%2541%40%22%3C%3E%3F%2C%C3%A9");
  EXPECT_EQ(gruu_instance(uri_of(gruu)), "urn:x:a;b=c%41@\"<>?,\xc3\xa9");
}

// draft-ietf-sip-gruu-04 §12
TEST(LegacyGruu, IsTheAorWithTheInstanceIdInOpaque) {
  EXPECT_EQ(legacy_gruu(uri_of("sip:callee@example.com"), uuid),
            "sip:callee@example.com;opaque=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
}

TEST(GruuInstance, IsReadFromBothForms) {
  EXPECT_EQ(gruu_instance(uri_of("sip:a@example.com;gr=urn:uuid:1;grid=99a")), "urn:uuid:1");
  EXPECT_EQ(gruu_instance(uri_of("sips:a@example.com;GR=urn:uuid:1")), "urn:uuid:1");
  EXPECT_EQ(gruu_instance(uri_of("sip:a@example.com;opaque=urn:uuid:1")), "urn:uuid:1");
}

TEST(GruuInstance, IsNothingForAUriThatIsNoGruu) {
  EXPECT_FALSE(gruu_instance(uri_of("sip:a@example.com")));
  EXPECT_FALSE(gruu_instance(uri_of("sip:a@example.com;gr")));
  EXPECT_FALSE(gruu_instance(uri_of("sip:a@example.com;group=1")));
  EXPECT_FALSE(gruu_instance(uri_of("tel:+1201;gr=1")));
}

TEST(SameInstance, ComparesUuidsWithoutCase) {
  EXPECT_TRUE(same_instance(uuid, uuid));
  EXPECT_TRUE(same_instance("urn:uuid:0C67446E-F1A1-11D9-94D3-000A95A0E128",
                            "URN:UUID:0c67446e-f1a1-11d9-94d3-000a95a0e128"));
  EXPECT_FALSE(same_instance(uuid, other_uuid));
  EXPECT_FALSE(same_instance("urn:uuid:1", "urn:uuid:12"));
}

// RFC 8141 §3.1: "urn" and the NID without case, the NSS with case.
TEST(SameInstance, ComparesOtherUrnsWithCaseBehindTheNamespace) {
  EXPECT_TRUE(same_instance("urn:foo:Bar", "URN:Foo:Bar"));
  EXPECT_FALSE(same_instance("urn:foo:Bar", "urn:foo:bar"));
  EXPECT_FALSE(same_instance("urn:foo", "urn:Foo"));
}

TEST(SameInstance, ComparesWhatIsNoUrnOctetByOctet) {
  EXPECT_TRUE(same_instance("mac-1", "mac-1"));
  EXPECT_FALSE(same_instance("mac-a", "mac-A"));
  EXPECT_FALSE(same_instance("", "urn:foo:1"));
}

}  // namespace
}  // namespace flowgate::registrar
