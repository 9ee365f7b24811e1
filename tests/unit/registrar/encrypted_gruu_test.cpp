#include "registrar/encrypted_gruu.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "registrar/gruu.h"
#include "site.h"

namespace flowgate::registrar {
namespace {

const TokenKeys keys = TokenKeys::from({token_key(1)});
const EncryptedGruu alice{"alice@example.com", std::string{uuid}, 0x0123456789abcdef};
const EncryptedGruu lasting{"alice@example.com", std::string{uuid}, std::nullopt};

std::string mint(EncryptedGruus& gruus, const EncryptedGruu& gruu = alice) {
  return gruus.mint(uri_of("sip:alice@example.com"), gruu);
}

void expect_opens_as(EncryptedGruus& gruus, std::string_view uri, const EncryptedGruu& gruu) {
  const auto opened = gruus.open(uri_of(uri));
  ASSERT_TRUE(opened) << uri;
  EXPECT_EQ(opened->aor, gruu.aor);
  EXPECT_TRUE(same_instance(opened->instance, gruu.instance)) << opened->instance;
  EXPECT_EQ(opened->epoch, gruu.epoch);
}

// RFC 5627 §3.1.2: "a temporary GRUU has the gr URI parameter, with no value".
TEST(TemporaryGruus, HaveGrWithoutAValueAndTheHostOfTheTo) {
  EncryptedGruus gruus{keys};
  EXPECT_TRUE(is_encrypted_gruu(uri_of(mint(gruus))));
  const std::string uri = gruus.mint(uri_of("sips:alice@EXAMPLE.com:5061;transport=tls"), alice);
  EXPECT_TRUE(uri.starts_with("sips:tgruu.")) << uri;
  EXPECT_TRUE(uri.ends_with("@EXAMPLE.com:5061;gr")) << uri;
}

TEST(TemporaryGruus, OpenToWhatTheyWereMintedOf) {
  EncryptedGruus gruus{keys};
  expect_opens_as(gruus, mint(gruus), alice);
  const EncryptedGruu odd{"a@b@example.com", "urn:uuid:F81D4FAE-7dec-11d0-a765-00a0c91e6bf6", 0};
  expect_opens_as(gruus, mint(gruus, odd), odd);
  const EncryptedGruu long_one{std::string(300, 'u') + "@example.com", "urn:x:" + std::string(250, 'i'),
                               ~0ULL};
  expect_opens_as(gruus, mint(gruus, long_one), long_one);
  const EncryptedGruu no_dash{"alice@example.com", "urn:uuid:f81d4fae07dec-11d0-a765-00a0c91e6bf6", 7};
  expect_opens_as(gruus, mint(gruus, no_dash), no_dash);
}

// draft-gruu §6, RFC 5627 §5.4: "for each GRUU, both the SIP and SIPS versions MUST exist."
TEST(TemporaryGruus, OpenInBothSchemesAndWithParametersAdded) {
  EncryptedGruus gruus{keys};
  const std::string uri = mint(gruus);
  expect_opens_as(gruus, "sips" + uri.substr(3) + ";grid=1", alice);
}

// RFC 5627 §5.1: "Given a pair of GRUUs, it MUST be computationally infeasible to determine whether they were
// issued for the same AOR or instance ID or for different AORs and instance IDs."
TEST(TemporaryGruus, AreUnlinkable) {
  EncryptedGruus gruus{keys};
  const std::string first = mint(gruus), second = mint(gruus);
  EXPECT_NE(first, second);
  std::size_t equal = 0;
  for (std::size_t i = 0; i < first.size(); ++i) equal += first[i] == second[i];
  EXPECT_LT(equal, first.size() / 2);
  const EncryptedGruu bob{"bob@example.com", "urn:uuid:00000000-0000-0000-0000-0000deadbeef", 1};
  EXPECT_EQ(mint(gruus, bob).size(), first.size());
}

TEST(TemporaryGruus, AreAllOfOneLengthForUsersOfUsualLength) {
  EncryptedGruus gruus{keys};
  const auto size = [&](std::size_t user) {
    const std::string urn = "urn:uuid:00000000-0000-0000-0000-0000deadbeef";
    const EncryptedGruu gruu{std::string(user, 'u') + "@example.com", urn, 1};
    const std::string uri = mint(gruus, gruu);
    EXPECT_EQ(gruus.open(*sip::Uri::parse(uri))->aor, gruu.aor);
    return uri.size();
  };
  EXPECT_EQ(size(1), size(21));
  EXPECT_LT(size(21), size(22));
  EXPECT_EQ(size(22), size(37));
  EXPECT_LT(size(37), size(38));
  EXPECT_EQ(size(38), size(101));
}

TEST(TemporaryGruus, DoNotOpenWithAnyCharacterChanged) {
  EncryptedGruus gruus{keys};
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
  EncryptedGruus gruus{keys};
  std::string uri = mint(gruus);
  uri.replace(uri.find('@'), std::string::npos, "@example.net;gr");
  EXPECT_FALSE(gruus.open(uri_of(uri)));
}

TEST(TemporaryGruus, DoNotOpenUnderAnotherKeyOfTheSameId) {
  EncryptedGruus gruus{keys};
  TokenKey other = token_key(1);
  other.secret[31] ^= 1;
  EncryptedGruus others{TokenKeys::from({other})};
  EXPECT_FALSE(others.open(uri_of(mint(gruus))));
}

TEST(TemporaryGruus, OpenUnderEitherLiveKey) {
  EncryptedGruus old{keys};
  const std::string before = mint(old);
  EncryptedGruus rotated{TokenKeys::from({token_key(2), token_key(1)})};
  expect_opens_as(rotated, before, alice);
  expect_opens_as(rotated, mint(rotated), alice);
  EXPECT_FALSE(old.open(uri_of(mint(rotated))));
  EncryptedGruus retired{TokenKeys::from({token_key(2)})};
  EXPECT_FALSE(retired.open(uri_of(before)));
}

TEST(EncryptedGruus, AreNothingElse) {
  EncryptedGruus gruus{keys};
  for (const char* uri :
       {"sip:alice@example.com;gr", "sip:tgruu.@example.com;gr", "sip:tgruu.AQ@example.com;gr",
        "sip:tgruu.AQ@example.com", "sip:tgruu.AQ@example.com;gr=x", "tel:+1201;gr", "sip:agruu.@example.com",
        "sip:agruu.AQ@example.com"}) {
    EXPECT_FALSE(gruus.open(uri_of(uri))) << uri;
  }
  EXPECT_FALSE(is_encrypted_gruu(uri_of("sip:alice@example.com;gr")));
  EXPECT_FALSE(is_encrypted_gruu(uri_of("sip:tgruu.AQ@example.com;gr=x")));
}

// RFC 3261 §19.1.4: characters that are not reserved "are equivalent to their "%" HEX HEX encoding".
TEST(EncryptedGruus, OpenWithAnEscapedUserPart) {
  EncryptedGruus gruus{keys};
  std::string uri = mint(gruus);
  uri.replace(uri.find("tgruu"), 5, "%74%67ruu");
  expect_opens_as(gruus, uri, alice);
}

// RFC 5627 §5.4: "Once a temporary GRUU is constructed, it MUST be considered valid by the registrar until
// invalidated": the key file outlives the process.
TEST(EncryptedGruus, OpenAfterARestartWithTheSameKeyFile) {
  const auto file = std::filesystem::path(::testing::TempDir()) /
                    ("encrypted_gruu_test." + std::to_string(::getpid()) + ".key");
  std::string temporary, anonymous;
  {
    EncryptedGruus gruus{TokenKeys::load_or_make(file)};
    temporary = mint(gruus);
    anonymous = mint(gruus, lasting);
  }
  EncryptedGruus gruus{TokenKeys::load_or_make(file)};
  std::filesystem::remove(file);
  expect_opens_as(gruus, temporary, alice);
  expect_opens_as(gruus, anonymous, lasting);
  EXPECT_EQ(mint(gruus, lasting), anonymous);
}

// draft-gruu appendix A.2: the user part conveys "the encrypted AOR and instance ID".
TEST(AnonymousGruus, HideAorAndInstanceInTheUserPart) {
  EncryptedGruus gruus{keys};
  const std::string uri = gruus.mint(uri_of("sips:alice@EXAMPLE.com:5061;transport=tls"), lasting);
  EXPECT_TRUE(uri.starts_with("sips:agruu.")) << uri;
  EXPECT_TRUE(uri.ends_with("@EXAMPLE.com:5061")) << uri;
  EXPECT_EQ(uri.find("alice"), uri.npos);
  expect_opens_as(gruus, uri, lasting);
  expect_opens_as(gruus, "sip" + uri.substr(4) + ";grid=99a", lasting);
}

// draft-gruu §6: "for each instance ID/AOR pair, there is one GRUU."
TEST(AnonymousGruus, AreTheSameForEverForOneAorAndInstance) {
  EncryptedGruus gruus{keys}, others{keys};
  EXPECT_EQ(mint(gruus, lasting), mint(gruus, lasting));
  EXPECT_EQ(mint(gruus, lasting), mint(others, lasting));
  EXPECT_EQ(mint(gruus, {"alice@example.com", "URN:UUID:F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6", {}}),
            mint(gruus, lasting));
}

TEST(AnonymousGruus, OfOthersShareNothing) {
  EncryptedGruus gruus{keys};
  const std::string own = mint(gruus, lasting);
  for (const EncryptedGruu& other : {EncryptedGruu{"alice@example.com", std::string{other_uuid}, {}},
                                     EncryptedGruu{"alicf@example.com", std::string{uuid}, {}},
                                     EncryptedGruu{"alice@example.org", std::string{uuid}, {}}}) {
    const std::string theirs = mint(gruus, other);
    ASSERT_EQ(theirs.size(), own.size());
    std::size_t equal = 0;
    for (std::size_t i = 0; i < own.size(); ++i) equal += own[i] == theirs[i];
    EXPECT_LT(equal, own.size() / 2) << own << theirs;
  }
}

// Nobody turns the one, which ends, into the other, which does not.
TEST(AnonymousGruus, AreNotMadeOfTemporaryOnes) {
  EncryptedGruus gruus{keys};
  std::string uri = mint(gruus);
  uri.replace(uri.find("tgruu"), 5, "agruu");
  EXPECT_FALSE(gruus.open(uri_of(uri)));
  std::string other = mint(gruus, lasting) + ";gr";
  other.replace(other.find("agruu"), 5, "tgruu");
  EXPECT_FALSE(gruus.open(uri_of(other)));
}

// draft-gruu appendix A.2: "Should a UA send a request with a fake GRUU, the proxy would decrypt and then
// discard it".
TEST(AnonymousGruus, DoNotOpenWhenTamperedWithOrInAnotherDomain) {
  EncryptedGruus gruus{keys};
  const std::string uri = mint(gruus, lasting);
  const std::size_t begin = uri.find('.') + 1, end = uri.find('@');
  for (std::size_t i = begin; i < end; ++i) {
    std::string tampered = uri;
    tampered[i] = tampered[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(gruus.open(uri_of(tampered))) << tampered;
  }
  EXPECT_FALSE(gruus.open(uri_of(uri.substr(0, end) + "@example.net")));
}

TEST(EncryptedGruus, AreNotMintedForAnAorThatTheyCannotHold) {
  EncryptedGruus gruus{keys};
  EXPECT_EQ(mint(gruus, {std::string(70'000, 'a') + "@example.com", std::string{uuid}, 1}), "");
}

}  // namespace
}  // namespace flowgate::registrar
