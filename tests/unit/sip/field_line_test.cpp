#include "sip/field_line.h"

#include "tests/unit/sip/sample.h"

namespace flowgate::sip {
namespace {

using namespace std::string_literals;

TEST(FieldLine, LineRunsFromTheNameToBehindTheCrlf) {
  const auto sample = request_with("Via: a\nSubject:\t x \n");
  ASSERT_EQ(sample->fields().size(), 2u);
  const Field& subject = sample->fields()[1];
  EXPECT_EQ(sample->name(subject), "Subject");
  EXPECT_EQ(sample->value(subject), "x");
  EXPECT_EQ(sample->at(subject.line), "Subject:\t x \r\n");
  EXPECT_EQ(sample->fields_begin(), sample->fields()[0].line.begin);
  EXPECT_EQ(sample->fields_end(), subject.line.end());
}

TEST(FieldLine, AnEmptyValueIsARangeInItsOwnLine) {
  for (const auto* line : {"Supported:\n", "Supported: \n", "Supported: \n \n"}) {
    const auto sample = request_with(line);
    const Field& field = sample->fields()[0];
    EXPECT_EQ(field.value.size, 0u);
    EXPECT_EQ(field.value.begin, field.line.end() - 2);
  }
}

TEST(FieldLine, ALoneLfEndsALine) {
  const Sample sample{"OPTIONS sip:a SIP/2.0\nVia: b\nSubject: c\n d\n\nbody"};
  ASSERT_TRUE(sample.parsed());
  EXPECT_FALSE(sample->defect());
  EXPECT_EQ(sample->value(Header::via), "b");
  EXPECT_EQ(sample->value(sample->fields()[1]), "c  d");
  EXPECT_EQ(sample->body(), "body");
}

TEST(FieldLine, AFieldLineNeedsATokenAndAColon) {
  for (const auto* line :
       {"no colon\n", ": no name\n", "two words: x\n", "a@b: x\n", "\xc3\xa9: x\n", "(x): y\n"}) {
    const auto sample = request_with("Via: a\n"s + line + "CSeq: 1 X\n");
    EXPECT_EQ(sample->defect(), Error::bad_field) << line;
    EXPECT_EQ(sample->value(Header::cseq), "1 X") << "the lines behind it are still read";
    EXPECT_EQ(sample->fields()[1].header, Header::other);
  }
  EXPECT_FALSE(request_with("Via \t : a\n")->defect());
}

TEST(FieldLine, TheNameAndItsColonStandOnOneLine) {
  const auto sample = request_with("Content-Length\n : 7\n");
  EXPECT_EQ(sample->defect(), Error::bad_field);
  EXPECT_EQ(sample->find(Header::content_length), nullptr);
}

TEST(FieldLine, ALineThatBeginsWithWhiteSpaceContinuesTheFieldAboveOnly) {
  const auto folded =
      request_with("Subject: I know you're there,\n      pick up the phone\n\tand answer!\nVia: a\n");
  EXPECT_FALSE(folded->defect());
  ASSERT_EQ(folded->fields().size(), 2u);
  EXPECT_EQ(folded->value(folded->fields()[0]),
            "I know you're there,        pick up the phone  \tand answer!");
  EXPECT_EQ(request_with(" folded: start line\n")->defect(), Error::bad_field);
}

TEST(FieldLine, ControlCharactersAreADefect) {
  for (int octet = 0; octet < 256; ++octet) {
    const char c = static_cast<char>(octet);
    if (c == '\n') continue;
    const bool control = (octet < 0x20 && c != '\t') || octet == 0x7f;
    const Sample sample{"OPTIONS sip:a SIP/2.0\r\nSubject: x"s + c + "y\r\nCSeq: 1 X\r\n\r\n"};
    ASSERT_TRUE(sample.parsed());
    EXPECT_EQ(sample->defect(), control ? make_error_code(Error::bad_field) : boost::system::error_code{})
        << octet;
    EXPECT_EQ(sample->value(Header::cseq), "1 X");
  }
}

TEST(FieldLine, ABareCrIsADefectAndBecomesASpace) {
  const Sample sample{
      "OPTIONS sip:a SIP/2.0\r\nSubject: a\rVia: evil\r\r\n\r\r\n b\r c\r\nX\r: y\r\n\r\nbody\rbody"};
  ASSERT_TRUE(sample.parsed());
  EXPECT_EQ(sample->defect(), Error::bad_field);
  EXPECT_EQ(sample->count(Header::via), 0u);
  const std::string head{sample->at({0, sample->fields_end()})};
  for (std::size_t at = head.find('\r'); at != std::string::npos; at = head.find('\r', at + 1)) {
    EXPECT_EQ(head.substr(at, 2), "\r\n") << at;
  }
  EXPECT_EQ(sample->body(), "body\rbody") << "the body is never touched";
}

TEST(FieldLine, NoValueHoldsACrOrLf) {
  std::mt19937 random{3261};
  const std::string_view alphabet = "a:\r\n\r\n \t\"\\";
  for (int round = 0; round < 20000; ++round) {
    std::string text = "OPTIONS sip:a SIP/2.0\r\nA: ";
    for (int i = 0; i < 24; ++i) text += alphabet[random() % alphabet.size()];
    const std::string original = text += "\r\n\r\n";
    const Sample sample{text};
    ASSERT_TRUE(sample.parsed());
    std::uint32_t end = sample->fields_begin();
    for (const Field& field : sample->fields()) {
      EXPECT_EQ(field.line.begin, end);
      end = field.line.end();
      EXPECT_EQ(sample->value(field).find_first_of("\r\n"), std::string_view::npos) << original;
      EXPECT_EQ(sample->name(field).find_first_of("\r\n"), std::string_view::npos) << original;
      std::string_view line = sample->at(field.line);
      line.remove_suffix(line.ends_with("\r\n") ? 2 : 1);
      EXPECT_EQ(line.find_first_of("\r\n"), std::string_view::npos) << original;
    }
    EXPECT_EQ(end, sample->fields_end());
  }
}

}  // namespace
}  // namespace flowgate::sip
