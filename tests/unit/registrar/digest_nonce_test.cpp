#include "registrar/digest/nonce.h"

#include <gtest/gtest.h>

#include "site.h"

namespace flowgate::digest {
namespace {

const WallTime now{std::chrono::milliseconds{1'795'000'000'123}};

TEST(Nonces, SayWhenTheyWereMinted) {
  const Nonces nonces(TokenKeys::from({registrar::token_key(1)}), "example.com");
  const std::string text = nonces.mint(now, 7);
  const auto nonce = nonces.verify(text);
  ASSERT_TRUE(nonce);
  EXPECT_EQ(nonce->minted, now);
}

TEST(Nonces, AreDifferentAtOneTime) {
  const Nonces nonces(TokenKeys::from({registrar::token_key(1)}), "example.com");
  EXPECT_NE(nonces.mint(now, 7), nonces.mint(now, 8));
  EXPECT_NE(nonces.verify(nonces.mint(now, 7))->id, nonces.verify(nonces.mint(now, 8))->id);
}

TEST(Nonces, AreKnownAfterARestartAndUnderTheOlderKey) {
  const std::string text = Nonces(TokenKeys::from({registrar::token_key(1)}), "example.com").mint(now, 7);
  EXPECT_TRUE(Nonces(TokenKeys::from({registrar::token_key(1)}), "example.com").verify(text));
  EXPECT_TRUE(Nonces(TokenKeys::from({registrar::token_key(2), registrar::token_key(1)}), "example.com")
                  .verify(text));
}

TEST(Nonces, OfOtherKeysAndRealmsAreNotOurs) {
  const Nonces nonces(TokenKeys::from({registrar::token_key(1)}), "example.com");
  const std::string text = nonces.mint(now, 7);
  EXPECT_FALSE(Nonces(TokenKeys::from({registrar::token_key(2)}), "example.com").verify(text));
  EXPECT_FALSE(Nonces(TokenKeys::from({registrar::token_key(1)}), "example.net").verify(text));
}

TEST(Nonces, AreNotOursWhenAnyCharacterIsAnother) {
  const Nonces nonces(TokenKeys::from({registrar::token_key(1)}), "example.com");
  const std::string text = nonces.mint(now, 7);
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
