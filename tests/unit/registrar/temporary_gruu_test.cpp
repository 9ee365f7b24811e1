#include <gtest/gtest.h>

#include <utility>

#include "registrar/gruu.h"
#include "site.h"

namespace flowgate::registrar {
namespace {

const TokenKeys keys = TokenKeys::from({token_key(1)});
const TemporaryGruu alice{"alice@example.com", std::string{uuid}, 0x0123456789abcdef};

std::string mint(TemporaryGruus& gruus, const TemporaryGruu& gruu = alice) {
  return gruus.mint(uri_of("sip:alice@example.com"), gruu);
}

void expect_opens_as(TemporaryGruus& gruus, std::string_view uri, const TemporaryGruu& gruu) {
  const auto opened = gruus.open(uri_of(uri));
  ASSERT_TRUE(opened) << uri;
  EXPECT_EQ(opened->aor, gruu.aor);
  EXPECT_EQ(opened->instance, gruu.instance);
  EXPECT_EQ(opened->epoch, gruu.epoch);
}

// RFC 5627 §3.1.2: "a temporary GRUU has the gr URI parameter, with no value".
TEST(TemporaryGruus, HaveGrWithoutAValueAndTheHostOfTheTo) {
  TemporaryGruus gruus{keys};
  EXPECT_TRUE(is_temporary_gruu(uri_of(mint(gruus))));
  const std::string uri = gruus.mint(uri_of("sips:alice@EXAMPLE.com:5061;transport=tls"), alice);
  EXPECT_TRUE(uri.starts_with("sips:tgruu.")) << uri;
  EXPECT_TRUE(uri.ends_with("@EXAMPLE.com:5061;gr")) << uri;
}

TEST(TemporaryGruus, OpenToWhatTheyWereMintedOf) {
  TemporaryGruus gruus{keys};
  expect_opens_as(gruus, mint(gruus), alice);
  const TemporaryGruu odd{"a@b@example.com", "urn:uuid:F81D4FAE-7dec-11d0-a765-00a0c91e6bf6", 0};
  expect_opens_as(gruus, mint(gruus, odd), odd);
  const TemporaryGruu long_one{std::string(300, 'u') + "@example.com", "urn:x:" + std::string(250, 'i'),
                               ~0ULL};
  expect_opens_as(gruus, mint(gruus, long_one), long_one);
  const TemporaryGruu no_dash{"alice@example.com", "urn:uuid:f81d4fae07dec-11d0-a765-00a0c91e6bf6", 7};
  expect_opens_as(gruus, mint(gruus, no_dash), no_dash);
}

// draft-gruu §6, RFC 5627 §5.4: "for each GRUU, both the SIP and SIPS versions MUST exist."
TEST(TemporaryGruus, OpenInBothSchemesAndWithParametersAdded) {
  TemporaryGruus gruus{keys};
  const std::string uri = mint(gruus);
  expect_opens_as(gruus, "sips" + uri.substr(3) + ";grid=1", alice);
}

// RFC 5627 §5.1: "Given a pair of GRUUs, it MUST be computationally infeasible to determine whether they were
// issued for the same AOR or instance ID or for different AORs and instance IDs."
TEST(TemporaryGruus, AreUnlinkable) {
  TemporaryGruus gruus{keys};
  const std::string first = mint(gruus), second = mint(gruus);
  EXPECT_NE(first, second);
  std::size_t equal = 0;
  for (std::size_t i = 0; i < first.size(); ++i) equal += first[i] == second[i];
  EXPECT_LT(equal, first.size() / 2);
  const TemporaryGruu bob{"bob@example.com", "urn:uuid:00000000-0000-0000-0000-0000deadbeef", 1};
  EXPECT_EQ(mint(gruus, bob).size(), first.size());
}

TEST(TemporaryGruus, DoNotOpenWithAnyCharacterChanged) {
  TemporaryGruus gruus{keys};
  const std::string uri = mint(gruus);
  const std::size_t begin = uri.find('.') + 1, end = uri.find('@');
  for (std::size_t i = begin; i < end; ++i) {
    for (const char other : {'A', 'B', '_', '.'}) {
      if (uri[i] == other) continue;
      std::string tampered = uri;
      tampered[i] = other;
      EXPECT_FALSE(gruus.open(uri_of(tampered))) << tampered;
    }
    std::string shortened = uri;
    shortened.erase(i, 1);
    EXPECT_FALSE(gruus.open(uri_of(shortened))) << shortened;
  }
}

TEST(TemporaryGruus, DoNotOpenInAnotherDomain) {
  TemporaryGruus gruus{keys};
  std::string uri = mint(gruus);
  uri.replace(uri.find('@'), std::string::npos, "@example.net;gr");
  EXPECT_FALSE(gruus.open(uri_of(uri)));
}

TEST(TemporaryGruus, DoNotOpenUnderAnotherKeyOfTheSameId) {
  TemporaryGruus gruus{keys};
  TokenKey other = token_key(1);
  other.secret[31] ^= 1;
  TemporaryGruus others{TokenKeys::from({other})};
  EXPECT_FALSE(others.open(uri_of(mint(gruus))));
}

TEST(TemporaryGruus, OpenUnderEitherLiveKey) {
  TemporaryGruus old{keys};
  const std::string before = mint(old);
  TemporaryGruus rotated{TokenKeys::from({token_key(2), token_key(1)})};
  expect_opens_as(rotated, before, alice);
  expect_opens_as(rotated, mint(rotated), alice);
  EXPECT_FALSE(old.open(uri_of(mint(rotated))));
  TemporaryGruus retired{TokenKeys::from({token_key(2)})};
  EXPECT_FALSE(retired.open(uri_of(before)));
}

TEST(TemporaryGruus, AreNothingElse) {
  TemporaryGruus gruus{keys};
  for (const char* uri :
       {"sip:alice@example.com;gr", "sip:tgruu.@example.com;gr", "sip:tgruu.AQ@example.com;gr",
        "sip:tgruu.AQ@example.com", "sip:tgruu.AQ@example.com;gr=x", "tel:+1201;gr"}) {
    EXPECT_FALSE(gruus.open(uri_of(uri))) << uri;
  }
  EXPECT_FALSE(is_temporary_gruu(uri_of("sip:alice@example.com;gr")));
  EXPECT_FALSE(is_temporary_gruu(uri_of("sip:tgruu.AQ@example.com;gr=x")));
}

}  // namespace
}  // namespace flowgate::registrar
