// RFC 4475: the messages whose point lies in the start line, the field lines or the body.
#include <string>

#include "sip/edits.h"
#include "sip/value.h"
#include "tests/unit/sip/sample.h"

namespace flowgate::sip {
namespace {

using namespace std::string_literals;

// The value of the first field of that name, also of those that have no Header.
std::string_view value_named(const Message& message, std::string_view name) {
  for (const Field& field : message.fields()) {
    if (message.name(field) == name) return message.value(field);
  }
  return "(no such field)";
}

TEST(Rfc4475, ShortTortuousInviteIsAWellFormedRequest) {  // §3.1.1.1
  const Sample sample{wsinv};
  ASSERT_TRUE(sample.parsed());
  EXPECT_FALSE(sample->defect());
  EXPECT_EQ(sample->method(), Method::invite);
  EXPECT_EQ(sample->request_uri(), "sip:vivekg@chair-dnrc.example.com;unknownparam");
  EXPECT_EQ(sample->fields().size(), 14u);
  EXPECT_EQ(sample->value(Header::to), "sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n");
  EXPECT_EQ(sample->value(Header::from),
            R"("J Rosenberg \\\""       <sip:jdrosen@example.com>    ;    tag = 98asjd8)");
  EXPECT_EQ(sample->value(Header::max_forwards), "0068");
  EXPECT_EQ(sample->value(Header::call_id), "wsinv.ndaksdj@192.0.2.1");
  const auto cseq = CSeq::parse(sample->value(Header::cseq));
  ASSERT_TRUE(cseq);
  EXPECT_EQ(cseq->number, 9u);
  EXPECT_EQ(cseq->method, "INVITE");
  EXPECT_EQ(value_named(sample.get(), "s"), "");
  EXPECT_EQ(value_named(sample.get(), "NewFangledHeader"), "newfangled value   continued newfangled value");
  EXPECT_EQ(value_named(sample.get(), "UnknownHeaderWithUnusualValue"), ";;,,;;,;");
  EXPECT_EQ(sample->value(Header::content_type), "application/sdp");
  EXPECT_EQ(sample->value(Header::route), "<sip:services.example.com;lr;unknownwith=value;unknown-no-value>");
  EXPECT_EQ(sample->body(), wsinv_body);

  Values vias{sample.get(), Header::via};
  EXPECT_EQ(vias.next()->text, "SIP  /   2.0   /UDP      192.0.2.2;branch=390skdjuw");
  EXPECT_EQ(vias.next()->text, "SIP  / 2.0  / TCP     spindle.example.com   ;    branch  =   z9hG4bK9ikj8");
  EXPECT_EQ(vias.next()->text, "SIP  /    2.0   / UDP  192.168.255.111   ; branch=   z9hG4bK30239");
  EXPECT_FALSE(vias.next());
  EXPECT_EQ(first_value(sample.get(), Header::contact)->text,
            "\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam =        newvalue ;    "
            "secondparam ; q = "
            "0.33");
}

TEST(Rfc4475, ProxiesForwardWhatTheyDoNotKnowUnchanged) {  // §3.1.1.1
  const Sample sample{wsinv};
  const std::string parsed{sample->text()};
  Edits edits;
  edits.insert_field(sample->find(Header::via)->line.begin, "Via",
                     {"SIP/2.0/UDP edge.example.com;branch=z9hG4bKe"});
  edits.replace(sample->find(Header::max_forwards)->value, {"67"});
  edits.remove_value(sample.get(), *first_value(sample.get(), Header::route));
  std::string out;
  edits.write(sample.get(), out);

  std::string expected = parsed;
  const std::string route{sample->at(sample->find(Header::route)->line)};
  expected.erase(expected.find(route), route.size());
  expected.insert(expected.find("Via  :"), "Via: SIP/2.0/UDP edge.example.com;branch=z9hG4bKe\r\n");
  expected.replace(expected.find("0068"), 4, "67");
  EXPECT_EQ(out, expected);
}

TEST(Rfc4475, WideRangeOfValidCharactersWithAQuotedNull) {  // §3.1.1.2
  const Sample sample{
      crlf("!interesting-Method0123456789_*+`.%indeed'~ "
           "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/"
           ";;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com "
           "SIP/2.0\n"
           "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~\n"
           "To: \"BEL:\\\x07 NUL:\\\0 DEL:\\\x7f\" "
           "<sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com>\n"
           "From: token1~` token2'+_ token3*%!.- "
           "<sip:mundane@example.com>;fromParam''~+*_!.-%=\"\xd1\x80\xd0\xb0\";"
           "tag=_token~1'+`*%!-.\n"
           "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{\n"
           "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~\n"
           "Max-Forwards: 255\n"
           "extensionHeader-!.%*+_`'~:\xef\xbb\xbf\xe5\xa4\xa7\xe5\x81\x9c\xe9\x9b\xbb\n"
           "Content-Length: 0\n\n"s)};
  ASSERT_TRUE(sample.parsed());
  EXPECT_FALSE(sample->defect());
  EXPECT_EQ(sample->method(), Method::other);
  EXPECT_EQ(sample->method_text(), "!interesting-Method0123456789_*+`.%indeed'~");
  EXPECT_EQ(CSeq::parse(sample->value(Header::cseq))->method, sample->method_text());
  EXPECT_NE(sample->value(Header::to).find("NUL:\\\0 DEL"s), std::string_view::npos);
  EXPECT_EQ(value_named(sample.get(), "extensionHeader-!.%*+_`'~"),
            "\xef\xbb\xbf\xe5\xa4\xa7\xe5\x81\x9c\xe9\x9b\xbb");
}

TEST(Rfc4475, EscapesDoNotMakeAnInvite) {  // §3.1.1.2, §3.1.1.5: esc02
  const Sample sample{"RE%47IST%45R sip:registrar.example.com SIP/2.0\r\nCSeq: 234234 RE%47IST%45R\r\n\r\n"};
  EXPECT_FALSE(sample->defect());
  EXPECT_EQ(sample->method(), Method::other);
}

TEST(Rfc4475, ExtraTrailingOctetsInADatagramAreDiscarded) {  // §3.1.1.8: dblreq
  const std::string invite = crlf("INVITE sip:joe@example.com SIP/2.0\nContent-Length: 0\n\n");
  const Sample sample{register_text + invite};
  EXPECT_FALSE(sample->defect());
  EXPECT_EQ(sample->method(), Method::register_);
  EXPECT_EQ(sample->text(), register_text);
}

TEST(Rfc4475, LongValuesInHeaderFields) {  // §3.1.1.7: longreq
  std::string fields;
  for (int i = 0; i < 33; ++i)
    fields += "Via: SIP/2.0/TCP sip33.example.com;branch=z9hG4bK" + std::to_string(i) + "\n";
  fields += "From: <sip:" + std::string(200, 'a') + "@example.net>;unknownheaderparam" +
            std::string(2000, 'l') + "\n";
  const auto sample = request_with(fields);
  ASSERT_TRUE(sample.parsed());
  EXPECT_FALSE(sample->defect());
  EXPECT_EQ(sample->count(Header::via), 33u);
}

TEST(Rfc4475, AnUnterminatedQuotedStringDoesNotRunIntoTheNextField) {  // §3.1.2.6: quotbal
  const auto sample =
      request_with("To: \"Mr. J. User <sip:j.user@example.com>\nFrom: sip:caller@example.net;tag=93334\n");
  EXPECT_FALSE(sample->defect()) << "the value is malformed, not the line";
  EXPECT_EQ(sample->value(Header::from), "sip:caller@example.net;tag=93334");
}

}  // namespace
}  // namespace flowgate::sip
