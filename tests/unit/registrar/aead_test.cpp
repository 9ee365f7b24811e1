#include "registrar/aead.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace flowgate::registrar {
namespace {

const std::array<std::uint8_t, 32> key{1, 2, 3};

std::vector<std::uint8_t> seal(Aead& aead, std::string_view plaintext, std::string_view associated) {
  std::vector<std::uint8_t> sealed(plaintext.size() + Aead::overhead);
  EXPECT_TRUE(aead.seal(plaintext, associated, sealed));
  return sealed;
}

TEST(Aead, OpensWhatItSealed) {
  Aead aead{key};
  for (const char* plaintext : {"", "x", "a longer text of more than one block"}) {
    auto sealed = seal(aead, plaintext, "domain");
    EXPECT_EQ(aead.open(sealed, "domain"), plaintext);
  }
}

TEST(Aead, OpensNothingThatWasChangedInAnyOctet) {
  Aead aead{key};
  const auto sealed = seal(aead, "plaintext", "domain");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] ^= 0x80;
    EXPECT_FALSE(aead.open(changed, "domain")) << i;
  }
}

TEST(Aead, OpensNothingThatIsTooShort) {
  Aead aead{key};
  const auto sealed = seal(aead, "plaintext", "");
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    auto cut = sealed;
    cut.resize(size);
    EXPECT_FALSE(aead.open(cut, "")) << size;
  }
}

TEST(Aead, OpensOnlyWithTheSameAssociatedDataAndKey) {
  Aead aead{key};
  auto sealed = seal(aead, "plaintext", "domain");
  EXPECT_FALSE(aead.open(sealed, "another"));
  Aead other{{9}};
  EXPECT_FALSE(other.open(sealed, "domain"));
  EXPECT_EQ(aead.open(sealed, "domain"), "plaintext");
}

// By OpenSSL's own counter mode, with the nonce and zeros as its first counter block.
TEST(Aead, IsAes256InCounterMode) {
  Aead aead{key};
  for (const std::size_t size : {1, 16, 63, 64, 65, 200}) {
    const std::string plaintext(size, '\0');
    const auto sealed = seal(aead, plaintext, "domain");
    std::array<std::uint8_t, 16> counter{};
    std::copy_n(sealed.begin(), Aead::nonce_size, counter.begin());
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context{EVP_CIPHER_CTX_new(),
                                                                                  &EVP_CIPHER_CTX_free};
    ASSERT_EQ(EVP_EncryptInit_ex(context.get(), EVP_aes_256_ctr(), nullptr, key.data(), counter.data()), 1);
    std::vector<std::uint8_t> expected(size);
    int written = 0;
    ASSERT_EQ(
        EVP_EncryptUpdate(context.get(), expected.data(), &written, expected.data(), static_cast<int>(size)),
        1);
    const auto text = sealed.begin() + Aead::nonce_size;
    EXPECT_EQ(std::vector<std::uint8_t>(text, text + static_cast<std::ptrdiff_t>(size)), expected) << size;
  }
}

TEST(Aead, SealsWithANonceOfTheCallersAlwaysInTheSameWay) {
  Aead one{key}, other{key};
  const Aead::Nonce nonce{4, 5, 6};
  for (const char* plaintext :
       {"short", "a text that is longer than what is prepared for a random nonce, by a bit"}) {
    std::vector<std::uint8_t> sealed(std::string_view(plaintext).size() + Aead::overhead), again = sealed;
    EXPECT_TRUE(one.seal(plaintext, "domain", nonce, sealed));
    EXPECT_TRUE(other.seal(plaintext, "domain", nonce, again));
    EXPECT_EQ(sealed, again);
    EXPECT_EQ(other.open(sealed, "domain"), plaintext);
  }
}

// What is authenticated cannot be taken for other associated data and another text.
TEST(Aead, TellsWhereTheAssociatedDataEnd) {
  Aead aead{key};
  auto sealed = seal(aead, "plaintext", "domain");
  const std::string nonce_begins(1, static_cast<char>(sealed.front()));
  sealed.erase(sealed.begin());
  EXPECT_FALSE(aead.open(sealed, "domain" + nonce_begins));
}

TEST(Aead, NeverUsesANonceTwice) {
  Aead aead{key};
  std::set<std::string> nonces;
  for (int i = 0; i < 1000; ++i) {
    const auto sealed = seal(aead, "x", "");
    nonces.emplace(sealed.begin(), sealed.begin() + Aead::nonce_size);
  }
  EXPECT_EQ(nonces.size(), 1000);
}

TEST(Aead, SealsTheSameTextDifferentlyEachTime) {
  Aead aead{key};
  EXPECT_NE(seal(aead, "plaintext", ""), seal(aead, "plaintext", ""));
}

}  // namespace
}  // namespace flowgate::registrar
