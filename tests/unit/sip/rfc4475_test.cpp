// Each message of RFC 4475 and RFC 5118 is read as its section says: all of it, or all but what it names.
#include <array>
#include <utility>

#include "sip/address.h"
#include "sip/uri.h"
#include "sip/value.h"
#include "sip/via.h"
#include "tests/data/torture.h"
#include "tests/unit/sip/sample.h"

namespace flowgate::sip {
namespace {

std::string malformed_line(const boost::system::error_code& error) {
  if (error == Error::bad_start_line) return "start line";
  if (error == Error::bad_number) return "number";
  return error.message();
}

bool is_well_formed(Header header, std::string_view value) {
  return header == Header::via ? Via::parse(value).has_value() : Address::parse(value).has_value();
}

// The first part of the message that cannot be read; "" when there is none.
std::string malformed_part(const Sample& sample) {
  if (!sample.parsed()) return sample.error().message();
  if (sample->defect()) return malformed_line(sample->defect());
  if (sample->is_request() && !Uri::parse(sample->request_uri())) return "Request-URI";
  for (const Header header :
       {Header::via, Header::from, Header::to, Header::contact, Header::route, Header::record_route}) {
    Values values{sample.get(), header};
    while (const auto value = values.next()) {
      if (!is_well_formed(header, value->text)) return std::string{header_name(header)};
    }
  }
  return CSeq::parse(sample->value(Header::cseq)) ? "" : "CSeq";
}

class TortureMessage : public ::testing::TestWithParam<test::Torture> {
 protected:
  const std::string text = test::octets_of(GetParam().rfc, GetParam().name);
};

TEST_P(TortureMessage, IsReadAsItsSectionSays) {
  ASSERT_FALSE(text.empty());
  EXPECT_EQ(malformed_part(Sample{text}), GetParam().malformed);
}

// RFC 3261 §7.5: nothing but the datagram's end tells how much of it has come.
TEST_P(TortureMessage, IsIncompleteWithoutTheEndOfItsHeader) {
  const std::size_t header = text.find("\r\n\r\n") + 4;
  for (std::size_t size = text.find('\n'); size < header; ++size) {
    EXPECT_EQ(Sample{text.substr(0, size)}.error(), Error::incomplete) << size;
  }
}

// A receiver that takes a lone LF for CRLF reads the same header.
TEST_P(TortureMessage, IsReadAlikeWithLoneLineFeeds) {
  std::string header = text.substr(0, text.find("\r\n\r\n") + 4);
  for (auto at = header.find('\r'); at != header.npos; at = header.find('\r')) header.erase(at, 1);
  const Sample with_crlf{text}, with_lf{header + text.substr(text.find("\r\n\r\n") + 4)};
  ASSERT_TRUE(with_lf.parsed());
  EXPECT_EQ(with_lf->body(), with_crlf->body());
  EXPECT_EQ(malformed_part(with_lf), GetParam().malformed);
}

INSTANTIATE_TEST_SUITE_P(Rfcs, TortureMessage, ::testing::ValuesIn(test::torture_messages),
                         [](const auto& tested) { return test::test_name(tested.param); });

}  // namespace
}  // namespace flowgate::sip
