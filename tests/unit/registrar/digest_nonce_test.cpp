#include "registrar/digest/nonce.h"

#include <gtest/gtest.h>

#include "site.h"

namespace flowgate::digest {
namespace {

const WallTime now{std::chrono::milliseconds{1'795'000'000'123}};

std::string minted(const Nonces& nonces, std::uint64_t random) {
  std::string text;
  nonces.mint(now, random, text);
  return text;
}

TEST(Nonces, SayWhenTheyWereMinted) {
  const Nonces nonces(TokenKeys::from({registrar::token_key(1)}), "example.com");
  const std::string text = minted(nonces, 7);
  const auto nonce = nonces.verify(text);
  ASSERT_TRUE(nonce);
  EXPECT_EQ(nonce->minted, now);
}

TEST(Nonces, AreDifferentAtOneTime) {
  const Nonces nonces(TokenKeys::from({registrar::token_key(1)}), "example.com");
  EXPECT_NE(minted(nonces, 7), minted(nonces, 8));
  EXPECT_NE(nonces.verify(minted(nonces, 7))->id, nonces.verify(minted(nonces, 8))->id);
}

TEST(Nonces, AreKnownAfterARestartAndUnderTheOlderKey) {
  const std::string text = minted(Nonces(TokenKeys::from({registrar::token_key(1)}), "example.com"), 7);
  EXPECT_TRUE(Nonces(TokenKeys::from({registrar::token_key(1)}), "example.com").verify(text));
  EXPECT_TRUE(Nonces(TokenKeys::from({registrar::token_key(2), registrar::token_key(1)}), "example.com")
                  .verify(text));
}

TEST(Nonces, OfOtherKeysAndRealmsAreNotOurs) {
  const Nonces nonces(TokenKeys::from({registrar::token_key(1)}), "example.com");
  const std::string text = minted(nonces, 7);
  EXPECT_FALSE(Nonces(TokenKeys::from({registrar::token_key(2)}), "example.com").verify(text));
  EXPECT_FALSE(Nonces(TokenKeys::from({registrar::token_key(1)}), "example.net").verify(text));
}

TEST(Nonces, AreNotOursWhenAnyCharacterIsAnother) {
  const Nonces nonces(TokenKeys::from({registrar::token_key(1)}), "example.com");
  const std::string text = minted(nonces, 7);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(nonces.verify(other)) << i;
  }
  EXPECT_FALSE(nonces.verify(""));
  EXPECT_FALSE(nonces.verify(text + "A"));
  EXPECT_FALSE(nonces.verify(std::string(10'000, 'A')));
}

}  // namespace
}  // namespace flowgate::digest
