#include "registrar/gruu.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

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
  EXPECT_FALSE(gruu_instance(uri_of("sip:a@example.com;gr;opaque=urn:uuid:1")));
  EXPECT_FALSE(gruu_instance(uri_of("sip:a@example.com;group=1")));
  EXPECT_FALSE(gruu_instance(uri_of("tel:+1201;gr=1")));
}

// RFC 5627 §5.4: "if two GRUUs are associated with different AORs or different instance IDs or both, the
// GRUUs MUST be different based on URI equality comparison."
TEST(PublicGruu, OfDifferentAorsOrInstanceIdsAreNotEquivalent) {
  constexpr std::array<std::string_view, 10> instances{
      uuid,          other_uuid,      "urn:foo:bar",     "urn:foo:Bar", "urn:foo:^bar",
      "urn:foo:^^b", "urn:foo:b%41r", "urn:foo:b%2541r", "mac-a",       "mac-A"};
  constexpr std::array<std::string_view, 4> aors{"sip:alice@example.com", "sip:Alice@example.com",
                                                 "sip:alice@example.org", "sip:bob@example.com"};
  std::vector<std::string> gruus;
  for (const auto aor : aors) {
    for (const auto each : instances) gruus.push_back(public_gruu(uri_of(aor), each));
  }
  for (std::size_t i = 0; i < gruus.size(); ++i) {
    for (std::size_t j = 0; j < gruus.size(); ++j) {
      EXPECT_EQ(sip::equivalent(uri_of(gruus[i]), uri_of(gruus[j])), i == j) << gruus[i] << ' ' << gruus[j];
    }
  }
}

// RFC 5627 §3.2, §5.3: "the public GRUU is the same", for all time and however the UA writes them.
TEST(PublicGruu, OfTheSameAorAndInstanceIdAreEquivalent) {
  const std::string gruu = public_gruu(uri_of("sip:alice@example.com"), "urn:foo:Bar%2c");
  EXPECT_EQ(public_gruu(uri_of("sip:alice@example.com"), "urn:foo:Bar%2c"), gruu);
  const std::string other = public_gruu(uri_of("sip:%61lice@EXAMPLE.com"), "URN:Foo:Bar%2C?+x#y");
  EXPECT_TRUE(sip::equivalent(uri_of(gruu), uri_of(other))) << gruu << ' ' << other;
}

// RFC 5627 §6.1: what counts is whether it is "equivalent, based on URI comparison", to the GRUU.
TEST(GruuInstance, IsThatOfEveryEquivalentUri) {
  for (const std::string_view instance : {"urn:foo:Bar", "urn:foo:b^R", "mac-A1", "urn:foo:a%2Cb"}) {
    const std::string gruu = public_gruu(uri_of("sip:alice@example.com"), instance);
    EXPECT_TRUE(same_instance(gruu_instance(uri_of(gruu)).value(), instance)) << gruu;
    std::string shouted = gruu;
    std::ranges::transform(shouted, shouted.begin(), [](unsigned char c) { return std::toupper(c); });
    EXPECT_TRUE(same_instance(gruu_instance(uri_of(shouted)).value(), instance)) << shouted;
  }
  EXPECT_EQ(gruu_instance(uri_of("sip:a@example.com;gr=%75rn%3Auuid%3A1")), "urn:uuid:1");
}

// RFC 5627 §4.5: "A GRUU is identified by the presence of the gr URI parameter". draft-gruu appendix A.
TEST(IsGruu, ByItsForm) {
  for (const char* uri : {"sip:a@example.com;gr", "sip:a@example.com;gr=x", "sips:a@example.com;opaque=x",
                          "sip:agruu.x@example.com", "sip:%61gruu.x@example.com"}) {
    EXPECT_TRUE(is_gruu(uri_of(uri))) << uri;
  }
  for (const char* uri :
       {"sip:a@example.com", "sip:a@example.com;grid=1", "sip:tgruu.x@example.com", "tel:+1;gr"})
    EXPECT_FALSE(is_gruu(uri_of(uri))) << uri;
}

}  // namespace
}  // namespace flowgate::registrar
