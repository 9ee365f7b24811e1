#include "registrar/aead.h"

#include <gtest/gtest.h>

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

TEST(Aead, SealsTheSameTextDifferentlyEachTime) {
  Aead aead{key};
  EXPECT_NE(seal(aead, "plaintext", ""), seal(aead, "plaintext", ""));
}

}  // namespace
}  // namespace flowgate::registrar
