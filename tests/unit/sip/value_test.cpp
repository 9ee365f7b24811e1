#include "sip/value.h"

#include <vector>

#include "tests/unit/sip/sample.h"

namespace flowgate::sip {
namespace {

std::vector<std::string_view> all_values(const Message& message, Header header) {
  std::vector<std::string_view> out;
  Values values{message, header};
  while (const auto value = values.next()) out.push_back(value->text);
  return out;
}

using Texts = std::vector<std::string_view>;

TEST(CSeq, IsANumberWhiteSpaceAndAMethod) {
  const auto cseq = CSeq::parse("0009   INVITE");
  ASSERT_TRUE(cseq);
  EXPECT_EQ(cseq->number, 9u);
  EXPECT_EQ(cseq->method, "INVITE");
  for (const auto* text :
       {"", "1", "INVITE", "1INVITE", "1 ", "-1 INVITE", "1 IN VITE", "1 INV;ITE", "x 1 INVITE"}) {
    EXPECT_EQ(CSeq::parse(text).error(), Error::bad_cseq) << text;
  }
}

TEST(CSeq, TheNumberMustBeLessThanTwoToTheThirtyOne) {
  EXPECT_EQ(CSeq::parse("2147483647 INVITE")->number, 2147483647u);
  EXPECT_EQ(CSeq::parse("2147483648 INVITE").error(), Error::bad_cseq);
  EXPECT_EQ(CSeq::parse("36893488147419103232 REGISTER").error(), Error::bad_cseq);  // RFC 4475 §3.1.2.4
}

TEST(Values, SeveralLinesAndACommaListAreTheSame) {
  const auto lines = request_with("Route: <sip:a>\nSubject: x\nRoute: <sip:b>\nROUTE: <sip:c>\n");
  const auto list = request_with("Route: <sip:a>,<sip:b> ,\t<sip:c>\n");
  const auto mixed = request_with("Route: <sip:a>, <sip:b>\nRoute:<sip:c>\n");
  const Texts expected{"<sip:a>", "<sip:b>", "<sip:c>"};
  EXPECT_EQ(all_values(lines.get(), Header::route), expected);
  EXPECT_EQ(all_values(list.get(), Header::route), expected);
  EXPECT_EQ(all_values(mixed.get(), Header::route), expected);
  EXPECT_TRUE(all_values(list.get(), Header::path).empty());
}

TEST(Values, CommasInQuotedStringsAndAngleBracketsDoNotSeparate) {
  const auto sample =
      request_with("Contact: \"Smith, \\\"J<\" <sip:a,b@example.com?x=\"y>;p=\"1,2\",sip:c;q=\">,\\\\\",d\n");
  EXPECT_EQ(all_values(sample.get(), Header::contact),
            (Texts{"\"Smith, \\\"J<\" <sip:a,b@example.com?x=\"y>;p=\"1,2\"", "sip:c;q=\">,\\\\\"", "d"}));
}

TEST(Values, EmptyValuesAreSkipped) {
  const auto sample = request_with("Supported:\nSupported: ,, path,\t, gruu ,\nSupported: ,\n");
  EXPECT_EQ(all_values(sample.get(), Header::supported), (Texts{"path", "gruu"}));
}

TEST(Values, WhatIsNotClosedRunsToTheEndOfItsLineOnly) {
  const auto sample =
      request_with("Contact: \"open, <sip:a>\nContact: <sip:b, c\nContact: \"\\\nContact: d\n");
  EXPECT_EQ(all_values(sample.get(), Header::contact), (Texts{"\"open, <sip:a>", "<sip:b, c", "\"\\", "d"}));
}

TEST(Values, EachNamesTheLineItStandsOn) {
  const auto sample = request_with("Via: a\nv: b, c\n");
  Values values{sample.get(), Header::via};
  EXPECT_EQ(values.next()->field, &sample->fields()[0]);
  EXPECT_EQ(values.next()->field, &sample->fields()[1]);
  EXPECT_EQ(values.next()->field, &sample->fields()[1]);
  EXPECT_FALSE(values.next());
  EXPECT_FALSE(values.next());
  EXPECT_EQ(first_value(sample.get(), Header::via)->text, "a");
  EXPECT_FALSE(first_value(sample.get(), Header::route));
}

TEST(Values, CutValueLeavesWhatStandsBehindTheComma) {
  std::string_view list = " a , b,c ";
  EXPECT_EQ(cut_value(list), "a");
  EXPECT_EQ(list, " b,c ");
  EXPECT_EQ(cut_value(list), "b");
  EXPECT_EQ(cut_value(list), "c");
  EXPECT_EQ(list, "");
  EXPECT_EQ(cut_value(list), "");
}

TEST(Tag, IsAParameterOfTheFieldAndNotOfTheUriOrTheName) {
  EXPECT_EQ(tag_of("<sip:a@b;tag=no>;x=1; TAG = 7;y"), "7");
  EXPECT_EQ(tag_of("sip:a@b;tag=1"), "1");
  EXPECT_EQ(tag_of("\"\\\";tag=no\" <sip:a@b>;tag=2"), "2");
  EXPECT_EQ(tag_of("<sip:a@b>;tag"), "");
  EXPECT_EQ(tag_of("<sip:a@b>;x=\"a;tag=no\""), std::nullopt);
  EXPECT_EQ(tag_of("<sip:a@b;tag=no>"), std::nullopt);
  EXPECT_EQ(tag_of("<sip:a@b;tag=no"), std::nullopt);
  EXPECT_EQ(tag_of(""), std::nullopt);
}

TEST(OptionTags, AreFoundInAnyLineAndAnyCase) {
  const auto sample = request_with("Supported: path,Outbound\nRequire: 100rel\nk: gruu\n");
  EXPECT_TRUE(has_option(sample.get(), Header::supported, "outbound"));
  EXPECT_TRUE(has_option(sample.get(), Header::supported, "gruu"));
  EXPECT_TRUE(has_option(sample.get(), Header::require, "100rel"));
  EXPECT_FALSE(has_option(sample.get(), Header::supported, "100rel"));
  EXPECT_FALSE(has_option(sample.get(), Header::supported, "out"));
  EXPECT_FALSE(has_option(sample.get(), Header::proxy_require, "path"));
}

}  // namespace
}  // namespace flowgate::sip
