#include "sip/escapes.h"

#include <gtest/gtest.h>

#include <string>

namespace flowgate::sip {
namespace {

// RFC 3261 §19.1.4, RFC 2396 §2.2 and §2.3
TEST(Escapes, of_characters_outside_the_reserved_set_are_equivalent_to_the_characters) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (unsigned c = 0x21; c < 0x7f; ++c) {
    const std::string plain(1, static_cast<char>(c));
    const std::string escaped = {'%', digits[c >> 4], digits[c & 15]};
    const bool reserved = std::string_view{";/?:@&=+$,%"}.find(plain) != std::string_view::npos;
    EXPECT_EQ(same_unescaped(plain, escaped, Case::matters), !reserved) << plain;
    EXPECT_EQ(canonical(plain, Case::matters) == canonical(escaped, Case::matters), !reserved) << plain;
  }
}

TEST(Escapes, are_written_one_way_only_in_the_canonical_form) {
  EXPECT_EQ(canonical("%61%3aB%25", Case::matters), "a%3AB%25");
  EXPECT_EQ(canonical("%41%3Ab%2541", Case::ignored), "a%3Ab%2541");
  EXPECT_EQ(canonical("a%4", Case::matters), "a%4");
  EXPECT_EQ(canonical("", Case::matters), "");
}

TEST(Escapes, letters_are_compared_with_or_without_case) {
  EXPECT_FALSE(same_unescaped("Alice", "%61lice", Case::matters));
  EXPECT_TRUE(same_unescaped("Alice", "%61lice", Case::ignored));
  EXPECT_FALSE(same_unescaped("alice", "alic", Case::ignored));
  EXPECT_FALSE(same_unescaped("", "a", Case::ignored));
}

}  // namespace
}  // namespace flowgate::sip
