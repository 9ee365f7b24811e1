#include "sip/message.h"

#include <algorithm>
#include <utility>

#include "tests/unit/sip/sample.h"

namespace flowgate::sip {
namespace {

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
