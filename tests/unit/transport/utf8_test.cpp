#include "transport/websocket/utf8.h"

#include <gtest/gtest.h>

namespace flowgate::transport {
namespace {

TEST(Utf8, TakesCharactersOfEveryLength) {
  for (const std::string_view text :
       {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "twelve \xc3\xa9 octets"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
}

// RFC 3629 §4: overlong forms, surrogates, what is beyond U+10FFFF, what is cut short.
TEST(Utf8, RefusesWhatIsNoCharacterWhereverItStands) {
  for (const std::string_view text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x20", "\xe0\x9f\xbf", "\xe1\x80",
        "\xe1\x80\x20", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    for (std::size_t before = 0; before < 17; ++before) {
      const std::string whole = std::string(before, 'x') + std::string(text);
      EXPECT_FALSE(is_utf8(whole)) << before << " octets in front";
      EXPECT_FALSE(is_utf8(whole + "behind it")) << before << " octets in front";
    }
  }
}

}  // namespace
}  // namespace flowgate::transport
