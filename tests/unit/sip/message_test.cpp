#include "sip/message.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "tests/unit/sip/sample.h"

namespace flowgate::sip {
namespace {

using namespace std::string_literals;

// The defect of a request with this start line.
boost::system::error_code start_line_defect(std::string_view line) {
  return Sample {
    std::string{line} + "\r\nCSeq: 1 X\r\n\r\n"
    } -> defect();
}

TEST(Message, ARegisterIsReadInto) {
  const Sample sample{register_text};
  ASSERT_TRUE(sample.parsed());
  EXPECT_FALSE(sample->defect());
  EXPECT_TRUE(sample->is_request());
  EXPECT_EQ(sample->method(), Method::register_);
  EXPECT_EQ(sample->method_text(), "REGISTER");
  EXPECT_EQ(sample->request_uri(), "sip:example.com");
  EXPECT_TRUE(sample->version_is_2_0());
  EXPECT_EQ(sample->fields().size(), 13u);
  EXPECT_EQ(sample->value(Header::call_id), "16CB75F21C70@192.0.2.2");
  EXPECT_EQ(sample->value(Header::path), "");
  EXPECT_EQ(sample->find(Header::path), nullptr);
  EXPECT_EQ(sample->count(Header::via), 1u);
  EXPECT_EQ(sample->body(), "");
  EXPECT_EQ(sample->text(), register_text);
}

TEST(Message, LineRunsFromTheNameToBehindTheCrlf) {
  const auto sample = request_with("Via: a\nSubject:\t x \n");
  ASSERT_EQ(sample->fields().size(), 2u);
  const Field& subject = sample->fields()[1];
  EXPECT_EQ(sample->name(subject), "Subject");
  EXPECT_EQ(sample->value(subject), "x");
  EXPECT_EQ(sample->at(subject.line), "Subject:\t x \r\n");
  EXPECT_EQ(sample->fields_begin(), sample->fields()[0].line.begin);
  EXPECT_EQ(sample->fields_end(), subject.line.end());
}

TEST(Message, AnEmptyValueIsARangeInItsOwnLine) {
  for (const auto* line : {"Supported:\n", "Supported: \n", "Supported: \n \n"}) {
    const auto sample = request_with(line);
    const Field& field = sample->fields()[0];
    EXPECT_EQ(field.value.size, 0u);
    EXPECT_EQ(field.value.begin, field.line.end() - 2);
  }
}

TEST(Message, ResponsesHaveAStatusAndAReason) {
  const Sample sample{"SIP/2.0 481 Call/Transaction Does Not Exist\r\nCSeq: 1 X\r\n\r\n"};
  EXPECT_FALSE(sample->defect());
  EXPECT_FALSE(sample->is_request());
  EXPECT_EQ(sample->status(), 481);
  EXPECT_EQ(sample->reason(), "Call/Transaction Does Not Exist");
  EXPECT_EQ(sample->method(), Method::other);
}

// RFC 4475 §3.1.1.12 and §3.1.1.13
TEST(Message, TheReasonPhraseMayBeUnusualOrEmpty) {
  const Sample unreason{"SIP/2.0 200 = 2**3 * 5**2 \xd0\xbd\xd0\xbe\t\xd1\x81\r\n\r\n"};
  EXPECT_FALSE(unreason->defect());
  EXPECT_EQ(unreason->reason(), "= 2**3 * 5**2 \xd0\xbd\xd0\xbe\t\xd1\x81");
  for (const auto* line : {"SIP/2.0 100 ", "SIP/2.0 100"}) {
    const Sample noreason{std::string{line} + "\r\n\r\n"};
    EXPECT_FALSE(noreason->defect());
    EXPECT_EQ(noreason->status(), 100);
    EXPECT_EQ(noreason->reason(), "");
  }
}

// RFC 4475 §3.1.2.19: bigcode
TEST(Message, AStatusOutside100To699IsADefectAndNeverARequest) {
  for (const auto* code :
       {"4294967301 x", "99 x", "099 x", "700 x", "20 x", "2000 x", "-20 x", "2OO x", "", " 200 OK"}) {
    const Sample sample{"SIP/2.0 "s + code + "\r\n\r\n"};
    ASSERT_TRUE(sample.parsed()) << code;
    EXPECT_EQ(sample->defect(), Error::bad_start_line) << code;
    EXPECT_FALSE(sample->is_request()) << code;
  }
  EXPECT_EQ(
      Sample { "SIP/2.0 4294967301 x\r\n\r\n"s } -> status(), -1);
}

TEST(Message, ElementsOfTheRequestLineAreSeparatedByASingleSp) {
  EXPECT_FALSE(start_line_defect("X sip:bob@example.com SIP/2.0"));
  for (const auto* line : {
           "X  sip:bob@example.com SIP/2.0",
           "X sip:bob@example.com  SIP/2.0",     // RFC 4475 §3.1.2.9: lwsstart
           "X sip:bob@example.com SIP/2.0  ",    // §3.1.2.10: trws
           "X sip:bob@example.com; lr SIP/2.0",  // §3.1.2.8: lwsruri
           "X <sip:bob@example.com> SIP/2.0",    // §3.1.2.7: ltgtruri
           " X sip:bob@example.com SIP/2.0",
           "X\tsip:bob@example.com SIP/2.0",
           "X SIP/2.0",
           "X  SIP/2.0",
           "X sip:bob@example.com SIP/2",
           "X sip:bob@example.com SIP/.0",
           "X sip:bob@example.com SIP/2.0.1",
           "X sip:bob@example.com SIP/",
           "X sip:\"bob\"@example.com SIP/2.0",
           "X@ sip:bob@example.com SIP/2.0",
           "X sip:bob\x01@example.com SIP/2.0",
           "X sip:bob\r@example.com SIP/2.0",
           "X sip:bob@example.com SIP/2.0\r",
       }) {
    EXPECT_EQ(start_line_defect(line), Error::bad_start_line) << line;
  }
  EXPECT_EQ(start_line_defect("X sip:bob\0@example.com SIP/2.0"s), Error::bad_start_line);
}

TEST(Message, AMalformedRequestLineIsStillSplitSoThatItCanBeAnswered) {
  const Sample sample{"INVITE  sip:user@example.com; lr  SIP/2.0 \r\nCSeq: 1 INVITE\r\n\r\n"};
  EXPECT_TRUE(sample->is_request());
  EXPECT_EQ(sample->method(), Method::invite);
  EXPECT_EQ(sample->request_uri(), "sip:user@example.com; lr");
  EXPECT_TRUE(sample->version_is_2_0());
  EXPECT_EQ(sample->value(Header::cseq), "1 INVITE");
}

// RFC 4475 §3.1.2.16: badvers
TEST(Message, AnotherVersionIsWellFormedButNot2Dot0) {
  const Sample sample{"OPTIONS sip:t.watson@example.org SIP/7.0\r\n\r\n"};
  EXPECT_FALSE(sample->defect());
  EXPECT_FALSE(sample->version_is_2_0());
  EXPECT_TRUE(Sample { "OPTIONS sip:a SIP/2.0\r\n\r\n" } -> version_is_2_0());
  EXPECT_TRUE(Sample { "OPTIONS sip:a sip/2.0\r\n\r\n" } -> version_is_2_0());
  EXPECT_FALSE(Sample { "OPTIONS sip:a SIP/2.00\r\n\r\n" } -> version_is_2_0());
  EXPECT_FALSE(Sample { "SIP/3.0 200 OK\r\n\r\n" } -> version_is_2_0());
}

TEST(Message, WhatHasNoSipVersionIsNotSip) {
  for (const auto* text :
       {"", "\r\n", "\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "hello", "SIP 2.0\r\n\r\n",
        "\r\n: x SIP\r\n\r\n", "OPTIONS sip:a\r\nSIP/2.0\r\n\r\n", "OPTIONS sip:a\rSIP/2.0\r\n\r\n"}) {
    EXPECT_EQ(Sample{text}.error(), Error::not_sip) << text;
  }
}

TEST(Message, WithoutTheEmptyLineItIsIncomplete) {
  const std::string whole = crlf("OPTIONS sip:a SIP/2.0\nVia: b\n\n");
  for (std::size_t size = whole.find('\r'); size < whole.size(); ++size) {
    EXPECT_EQ(Sample{whole.substr(0, size)}.error(), Error::incomplete) << size;
  }
  EXPECT_TRUE(Sample{whole}.parsed());
}

TEST(Message, CrlfsInFrontOfTheStartLineAreSkipped) {
  const Sample sample{"\r\n\r\n\n" + register_text};
  ASSERT_TRUE(sample.parsed());
  EXPECT_EQ(sample->text(), register_text);
  EXPECT_EQ(sample->value(Header::cseq), "1 REGISTER");
}

TEST(Message, ALoneLfEndsALine) {
  const Sample sample{"OPTIONS sip:a SIP/2.0\nVia: b\nSubject: c\n d\n\nbody"};
  ASSERT_TRUE(sample.parsed());
  EXPECT_FALSE(sample->defect());
  EXPECT_EQ(sample->value(Header::via), "b");
  EXPECT_EQ(sample->value(sample->fields()[1]), "c  d");
  EXPECT_EQ(sample->body(), "body");
}

TEST(Message, NamesAreFoundInAnyCaseAndInCompactForm) {
  for (int i = 1; i <= static_cast<int>(Header::p_asserted_identity); ++i) {
    const auto header = static_cast<Header>(i);
    std::string name{header_name(header)};
    ASSERT_FALSE(name.empty()) << i;
    EXPECT_EQ(header_from(name), header) << name;
    for (char& c : name) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(header_from(name), header) << name;
    for (char& c : name) c = static_cast<char>(std::tolower(c));
    EXPECT_EQ(header_from(name), header) << name;
    EXPECT_EQ(header_from(name + "x"), Header::other) << name;
    if (header != Header::to) {  // "o" is Event
      EXPECT_EQ(header_from(name.substr(1)), Header::other) << name;
    }
    name.back() = '!';
    EXPECT_EQ(header_from(name), Header::other) << name;
  }
  const std::pair<const char*, Header> compact[] = {
      {"v", Header::via},
      {"f", Header::from},
      {"t", Header::to},
      {"i", Header::call_id},
      {"m", Header::contact},
      {"k", Header::supported},
      {"l", Header::content_length},
      {"c", Header::content_type},
      {"r", Header::refer_to},
      {"o", Header::event},
      {"y", Header::identity},
      {"L", Header::content_length},
      {"s", Header::other},
      {"e", Header::other},
      {"z", Header::other},
      {"", Header::other},
  };
  for (const auto& [name, header] : compact) EXPECT_EQ(header_from(name), header) << name;
  EXPECT_EQ(header_name(Header::other), "");
}

TEST(Message, MethodNamesAreCaseSensitive) {
  for (int i = 1; i <= static_cast<int>(Method::update); ++i) {
    const auto method = static_cast<Method>(i);
    EXPECT_EQ(method_from(method_name(method)), method) << i;
  }
  EXPECT_EQ(method_from("invite"), Method::other);
  EXPECT_EQ(method_from("NEWMETHOD"), Method::other);
  EXPECT_EQ(method_from(""), Method::other);
  EXPECT_EQ(method_name(Method::other), "");
}

TEST(Message, AFieldLineNeedsATokenAndAColon) {
  for (const auto* line :
       {"no colon\n", ": no name\n", "two words: x\n", "a@b: x\n", "\xc3\xa9: x\n", "(x): y\n"}) {
    const auto sample = request_with("Via: a\n"s + line + "CSeq: 1 X\n");
    EXPECT_EQ(sample->defect(), Error::bad_field) << line;
    EXPECT_EQ(sample->value(Header::cseq), "1 X") << "the lines behind it are still read";
    EXPECT_EQ(sample->fields()[1].header, Header::other);
  }
  EXPECT_FALSE(request_with("Via \t : a\n")->defect());
}

TEST(Message, TheNameAndItsColonStandOnOneLine) {
  const auto sample = request_with("Content-Length\n : 7\n");
  EXPECT_EQ(sample->defect(), Error::bad_field);
  EXPECT_EQ(sample->find(Header::content_length), nullptr);
}

TEST(Message, ALineThatBeginsWithWhiteSpaceContinuesTheFieldAboveOnly) {
  const auto folded =
      request_with("Subject: I know you're there,\n      pick up the phone\n\tand answer!\nVia: a\n");
  EXPECT_FALSE(folded->defect());
  ASSERT_EQ(folded->fields().size(), 2u);
  EXPECT_EQ(folded->value(folded->fields()[0]),
            "I know you're there,        pick up the phone  \tand answer!");
  EXPECT_EQ(request_with(" folded: start line\n")->defect(), Error::bad_field);
}

TEST(Message, ControlCharactersAreADefect) {
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

TEST(Message, ABareCrIsADefectAndBecomesASpace) {
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

TEST(Message, NoValueHoldsACrOrLf) {
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

TEST(Message, TheBodyIsWhatContentLengthSays) {
  EXPECT_EQ(
      Sample { "OPTIONS sip:a SIP/2.0\r\nContent-Length: 3\r\n\r\nabcdef" } -> body(), "abc");
  EXPECT_EQ(
      Sample { "OPTIONS sip:a SIP/2.0\r\nl:3\r\n\r\nabcdef" } -> text(),
      "OPTIONS sip:a SIP/2.0\r\nl:3\r\n\r\nabc");
  EXPECT_EQ(
      Sample { "OPTIONS sip:a SIP/2.0\r\n\r\nabcdef" } -> body(), "abcdef")
      << "a datagram runs to its end";
}

TEST(Message, ABodyShorterThanItsContentLengthIsADefect) {
  const Sample sample{
      "OPTIONS sip:a SIP/2.0\r\nContent-Length: 9999\r\n\r\nabc"};  // RFC 4475 §3.1.2.2: clerr
  EXPECT_EQ(sample->defect(), Error::bad_number);
  EXPECT_EQ(sample->body(), "abc");
}

TEST(Message, ContentLengthIsDigitsAndOne) {
  for (const auto* fields : {"Content-Length: -999\n",  // RFC 4475 §3.1.2.3: ncl
                             "Content-Length: 0\nContent-Length: 1\n", "l: 1\nContent-Length: 0\n",  // mcl01
                             "Content-Length: 4294967296\n", "Content-Length: 0x0\n", "Content-Length:\n",
                             "Content-Length: 0, 0\n", "Content-Length: 0\n 0\n", "Content-Length: +0\n"}) {
    const auto sample = request_with(fields);
    ASSERT_TRUE(sample.parsed()) << fields;
    EXPECT_EQ(sample->defect(), Error::bad_number) << fields;
  }
  EXPECT_FALSE(request_with("Content-Length: 0\nl : 00\n")->defect()) << "the same twice is no contradiction";
}

TEST(Message, TheFirstDefectIsKept) {
  EXPECT_EQ(request_with("bad\nContent-Length: x\n")->defect(), Error::bad_field);
  EXPECT_EQ(request_with("Content-Length: x\nbad\n")->defect(), Error::bad_number);
  EXPECT_EQ((Sample { "X  sip:a SIP/2.0\r\nbad\r\n\r\n" } -> defect()), Error::bad_start_line);
}

TEST(Message, WhatIsOverALimitIsTooLarge) {
  const std::string text = crlf("OPTIONS sip:a SIP/2.0\nA: 1\nB: 2\nContent-Length: 4\n\nbody");
  Limits limits;
  limits.fields = 3;
  limits.header_bytes = text.size() - 4;
  limits.message_bytes = text.size();
  EXPECT_TRUE((Sample{text, limits}.parsed()));
  EXPECT_TRUE((Sample{text + "surplus", limits}.parsed()));

  Limits fewer = limits;
  --fewer.fields;
  EXPECT_EQ((Sample{text, fewer}.error()), Error::too_large);
  Limits shorter_header = limits;
  --shorter_header.header_bytes;
  EXPECT_EQ((Sample{text, shorter_header}.error()), Error::too_large);
  Limits shorter = limits;
  --shorter.message_bytes;
  EXPECT_EQ((Sample{text, shorter}.error()), Error::too_large);
  Limits tiny;
  tiny.header_bytes = 10;
  EXPECT_FALSE((Sample{text, tiny}.parsed()));
}

TEST(Message, MovedToReadsTheSameFromACopy) {
  const Sample sample{"\r\n" + wsinv};
  const std::string copy{sample->text()};
  const Message moved = sample->moved_to(copy.data());
  EXPECT_EQ(moved.text().data(), copy.data());
  EXPECT_EQ(moved.text(), sample->text());
  EXPECT_EQ(moved.value(Header::call_id), "wsinv.ndaksdj@192.0.2.1");
  EXPECT_EQ(moved.body(), wsinv_body);
}

TEST(StoredMessage, OutlivesTheBufferAndMayBeMoved) {
  EXPECT_FALSE(StoredMessage{});
  StoredMessage stored;
  {
    const Sample sample{register_text};
    stored = StoredMessage{sample.get()};
  }
  const char* place = stored->text().data();
  const StoredMessage moved = std::move(stored);
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->text().data(), place);
  EXPECT_EQ(moved->text(), register_text);
  EXPECT_EQ(moved.get().value(Header::to), "Bob <sip:bob@example.com>");
}

TEST(StoredMessage, ACopyWithAPartReplacedReadsLikeTheTextItHas) {
  const Sample sample{"\r\n" + wsinv};
  for (const Field& field : sample->fields()) {
    for (std::uint32_t begin = field.value.begin; begin <= field.value.end(); ++begin) {
      for (const std::string_view text : {"", "x", "a longer text\r\nin one line"}) {
        for (const std::uint32_t size : {0u, 1u, field.value.end() - begin}) {
          if (begin + size > field.value.end()) continue;
          const StoredMessage copy{sample.get(), {begin, size}, text};
          std::string clean{text};
          std::replace_if(
              clean.begin(), clean.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
          std::string expected{sample->text()};
          expected.replace(begin, size, clean);
          ASSERT_EQ(copy->text(), expected);
          ASSERT_EQ(copy->body(), sample->body());
          ASSERT_EQ(copy->request_uri(), sample->request_uri());
          for (std::size_t i = 0; i < sample->fields().size(); ++i) {
            const Field& before = sample->fields()[i];
            const Field& after = copy->fields()[i];
            ASSERT_EQ(copy->name(after), sample->name(before));
            if (&before != &field) {
              ASSERT_EQ(copy->value(after), sample->value(before));
              ASSERT_EQ(copy->at(after.line), sample->at(before.line));
            } else {
              std::string value{sample->value(before)};
              value.replace(begin - before.value.begin, size, clean);
              ASSERT_EQ(copy->value(after), value);
            }
          }
        }
      }
    }
  }
}

TEST(Message, RangeOfNamesTheOffsetOfAView) {
  const Sample sample{"\r\n" + register_text};
  const std::string_view uri = sample->request_uri();
  EXPECT_EQ(sample->range_of(uri).begin, 9u);
  EXPECT_EQ(sample->range_of(uri).size, uri.size());
  EXPECT_EQ(sample->range_of(uri).begin, sample->request_uri_range().begin);
}

}  // namespace
}  // namespace flowgate::sip
