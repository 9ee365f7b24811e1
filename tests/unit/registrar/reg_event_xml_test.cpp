#include "registrar/reg_event/xml.h"

#include <gtest/gtest.h>

namespace flowgate::reg_event {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(out, text);
  return out;
}

constexpr std::string_view replacement = "\xef\xbf\xbd";

// XML 1.0 §2.4
TEST(RegEventXml, MarkupIsWrittenAsEntities) {
  EXPECT_EQ(escaped("<a b=\"c\">&amp;</a>"), "&lt;a b=&quot;c&quot;&gt;&amp;amp;&lt;/a&gt;");
  EXPECT_EQ(escaped("it's plain"), "it's plain");
}

// XML 1.0 §3.3.3: in an attribute they would become blanks.
TEST(RegEventXml, WhiteSpaceThatIsNoBlankIsWrittenAsACharacterReference) {
  EXPECT_EQ(escaped("a\tb\nc\rd e"), "a&#9;b&#10;c&#13;d e");
}

TEST(RegEventXml, Utf8StaysAsItIs) {
  for (const std::string_view text : {"\xc2\x80", "\xc3\xa9", "\xe0\xa0\x80", "\xe2\x82\xac", "\xed\x9f\xbf",
                                      "\xee\x80\x80", "\xef\xbf\xbd", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_EQ(escaped(text), text);
}

// RFC 3629 §3, §4: overlong forms, surrogates, what lies behind U+10FFFF, stray and missing continuations.
TEST(RegEventXml, EachOctetThatIsNotUtf8IsReplaced) {
  for (const std::string_view text : {"\x80", "\xbf", "\xfe", "\xff", "\xf8"})
    EXPECT_EQ(escaped(text), replacement);
  for (const std::string_view text : {"\xc0\xaf", "\xc1\xbf", "\xe2\x82", "\xf0\x9f"})
    EXPECT_EQ(escaped(text), std::string(replacement) + std::string(replacement)) << text;
  for (const std::string_view text :
       {"\xe0\x80\xaf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf"}) {
    EXPECT_EQ(escaped(text).size(), 3 * replacement.size()) << text;
  }
  EXPECT_EQ(escaped("\xf0\x80\x80\xaf").size(), 4 * replacement.size());
  EXPECT_EQ(escaped("\xf4\x90\x80\x80").size(), 4 * replacement.size());
  EXPECT_EQ(escaped("\xe2\x82<"), std::string(replacement) + std::string(replacement) + "&lt;");
}

// XML 1.0 §2.2
TEST(RegEventXml, CharactersThatXmlDoesNotKnowAreReplaced) {
  EXPECT_EQ(escaped(std::string_view("\0", 1)), replacement);
  EXPECT_EQ(escaped("\x1f"), replacement);
  EXPECT_EQ(escaped("\x7f"), "\x7f");
  EXPECT_EQ(escaped("\xef\xbf\xbe").size(), 3 * replacement.size());
  EXPECT_EQ(escaped("\xef\xbf\xbf").size(), 3 * replacement.size());
}

TEST(RegEventXml, AnAttributeAndAnElementAreEscaped) {
  std::string out;
  append_attribute(out, "uri", "sip:a&b");
  append_element(out, "uri", "<x>");
  EXPECT_EQ(out, " uri=\"sip:a&amp;b\"<uri>&lt;x&gt;</uri>");
}

}  // namespace
}  // namespace flowgate::reg_event
