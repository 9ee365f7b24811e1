// RFC 4475 §3.1.1 and §3.4: what the well-formed messages say.
#include <string>
#include <vector>

#include "sip/edits.h"
#include "sip/text.h"
#include "tests/unit/sip/torture_sample.h"

namespace flowgate::sip {
namespace {

using namespace std::string_literals;

TEST(Rfc4475Valid, S3_1_1_1_wsinv_IsAWellFormedRequest) {
  const Sample sample = rfc4475("wsinv");
  EXPECT_EQ(sample->method(), Method::invite);
  EXPECT_EQ(sample->request_uri(), "sip:vivekg@chair-dnrc.example.com;unknownparam");
  EXPECT_TRUE(request_uri(sample).params.has("unknownparam"));
  EXPECT_EQ(sample->fields().size(), 14u);
  EXPECT_EQ(address(sample, Header::to).params.find("tag"), "1918181833n");
  EXPECT_EQ(unquote(address(sample, Header::from).display), "J Rosenberg \\\"");
  EXPECT_EQ(address(sample, Header::from).params.find("tag"), "98asjd8");
  EXPECT_EQ(parse_number(sample->value(Header::max_forwards)), 68u);
  EXPECT_EQ(CSeq::parse(sample->value(Header::cseq))->number, 9u);
  EXPECT_EQ(CSeq::parse(sample->value(Header::cseq))->method, "INVITE");
  EXPECT_EQ(value_named(sample, "s"), "");
  EXPECT_EQ(value_named(sample, "NewFangledHeader"), "newfangled value   continued newfangled value");
  EXPECT_EQ(value_named(sample, "UnknownHeaderWithUnusualValue"), ";;,,;;,;");
  EXPECT_TRUE(address(sample, Header::route).uri.params.has("unknown-no-value"));
  EXPECT_EQ(address(sample, Header::contact).params.find("newparam"), "newvalue");
  EXPECT_EQ(address(sample, Header::contact).params.find("secondparam"), "");
  EXPECT_EQ(address(sample, Header::contact).params.find("q"), "0.33");
  EXPECT_EQ(sample->body(), wsinv_body);

  const auto vias = all<Via>(sample, Header::via);
  ASSERT_EQ(vias.size(), 3u);
  EXPECT_EQ(vias[0].host, "192.0.2.2");
  EXPECT_EQ(vias[0].branch(), "390skdjuw");
  EXPECT_EQ(vias[1].transport, "TCP");
  EXPECT_EQ(vias[2].branch(), "z9hG4bK30239");
}

// "Proxies would forward this header field unchanged."
TEST(Rfc4475Valid, S3_1_1_1_wsinv_IsForwardedUnchangedButForTheEdits) {
  const Sample sample = rfc4475("wsinv");
  Edits edits;
  edits.insert_field(sample->find(Header::via)->line.begin, "Via",
                     {"SIP/2.0/UDP edge.example.com;branch=z9hG4bKe"});
  edits.replace(sample->find(Header::max_forwards)->value, {"67"});
  edits.remove_value(sample.get(), *first_value(sample.get(), Header::route));
  std::string out;
  edits.write(sample.get(), out);

  std::string expected{sample->text()};
  const std::string route{sample->at(sample->find(Header::route)->line)};
  expected.erase(expected.find(route), route.size());
  expected.insert(expected.find("Via  :"), "Via: SIP/2.0/UDP edge.example.com;branch=z9hG4bKe\r\n");
  expected.replace(expected.find("0068"), 4, "67");
  EXPECT_EQ(out, expected);
}

TEST(Rfc4475Valid, S3_1_1_2_intmeth_HasAWideRangeOfValidCharacters) {
  const Sample sample = rfc4475("intmeth");
  EXPECT_EQ(sample->method(), Method::other);
  EXPECT_EQ(sample->method_text(), "!interesting-Method0123456789_*+`.%indeed'~");
  EXPECT_EQ(CSeq::parse(sample->value(Header::cseq))->method, sample->method_text());
  EXPECT_EQ(request_uri(sample).user, "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
  EXPECT_EQ(request_uri(sample).password, "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
  EXPECT_EQ(all<Via>(sample, Header::via)[0].branch(), "z9hG4bK-.!%66*_+`'~");
  EXPECT_EQ(unquote(address(sample, Header::to).display), "BEL:\x07 NUL:\0 DEL:\x7f"s);
  EXPECT_EQ(address(sample, Header::from).display, "token1~` token2'+_ token3*%!.-");
  EXPECT_EQ(address(sample, Header::from).params.find("tag"), "_token~1'+`*%!-.");
  EXPECT_EQ(unquote(*address(sample, Header::from).params.find("fromParam''~+*_!.-%")),
            "\xd1\x80\xd0\xb0\xd0\xb1\xd0\xbe\xd1\x82\xd0\xb0\xd1\x8e\xd1\x89\xd0\xb8\xd0\xb9");
  EXPECT_EQ(sample->value(Header::call_id), "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{");
  EXPECT_EQ(value_named(sample, "extensionHeader-!.%*+_`'~"),
            "\xef\xbb\xbf\xe5\xa4\xa7\xe5\x81\x9c\xe9\x9b\xbb");
}

// "unescaping URI components is never performed recursively"
TEST(Rfc4475Valid, S3_1_1_3_esc01_HasEscapesInItsUris) {
  const Sample sample = rfc4475("esc01");
  EXPECT_EQ(unescape(request_uri(sample).user), "sips:user@example.com");
  EXPECT_EQ(request_uri(sample).host, "example.net");
  EXPECT_TRUE(equivalent(address(sample, Header::to).uri, Uri::parse("sip:user@example.com").value()));
  EXPECT_EQ(unescape(address(sample, Header::from).uri.user), "I have spaces");
  const Uri contact = address(sample, Header::contact).uri;
  EXPECT_TRUE(contact.params.has("lr"));
  EXPECT_EQ(unescape(*contact.param("name")), "value%41");
  EXPECT_FALSE(equivalent(contact, Uri::parse("sip:caller@host5.example.net;lr;name=valueA").value()));
  EXPECT_TRUE(equivalent(contact, Uri::parse("sip:caller@host5.example.net;lr;name=value%2541").value()));
}

TEST(Rfc4475Valid, S3_1_1_4_escnull_HasTwoDistinctContacts) {
  const Sample sample = rfc4475("escnull");
  EXPECT_EQ(unescape(address(sample, Header::to).uri.user), "null-\0-null"s);
  const auto contacts = all<Address>(sample, Header::contact);
  ASSERT_EQ(contacts.size(), 2u);
  EXPECT_EQ(unescape(contacts[0].uri.user), "\0"s);
  EXPECT_EQ(unescape(contacts[1].uri.user), "\0\0"s);
  EXPECT_FALSE(equivalent(contacts[0].uri, contacts[1].uri));
}

TEST(Rfc4475Valid, S3_1_1_5_esc02_HasPercentSignsThatAreNoEscapes) {
  const Sample sample = rfc4475("esc02");
  EXPECT_EQ(sample->method(), Method::other);
  EXPECT_EQ(address(sample, Header::to).display, "\"%Z%45\"");
  EXPECT_EQ(sample->count(Header::contact), 2u);
  EXPECT_EQ(value_named(sample, "C%6Fntact"), "<sip:alias2@host2.example.com>");
}

TEST(Rfc4475Valid, S3_1_1_6_lwsdisp_NeedsNoSpaceBehindItsDisplayName) {
  EXPECT_EQ(address(rfc4475("lwsdisp"), Header::from).display, "caller");
}

TEST(Rfc4475Valid, S3_1_1_7_longreq_HasLongValues) {
  const Sample sample = rfc4475("longreq");
  const auto vias = all<Via>(sample, Header::via);
  ASSERT_EQ(vias.size(), 34u);
  EXPECT_EQ(vias[0].host, "sip33.example.com");
  EXPECT_EQ(vias[33].branch().size(), 215u);
  EXPECT_EQ(address(sample, Header::to).uri.port, 6000);
  EXPECT_EQ(address(sample, Header::from).params.find("tag")->size(), 155u);
  EXPECT_EQ(sample->body().size(), 150u);
}

TEST(Rfc4475Valid, S3_1_1_8_dblreq_HasSurplusOctetsThatAreIgnored) {
  const Sample sample = rfc4475("dblreq");
  EXPECT_EQ(sample->method(), Method::register_);
  EXPECT_EQ(sample->text().find("INVITE"), std::string_view::npos);
  EXPECT_EQ(sample->body(), "");
}

TEST(Rfc4475Valid, S3_1_1_9_semiuri_HasAParameterInItsUserPart) {
  const Sample sample = rfc4475("semiuri");
  const Uri uri = request_uri(sample);
  EXPECT_EQ(unescape(uri.user), "user;par=u@example.net");
  EXPECT_EQ(uri.host, "example.com");
  EXPECT_TRUE(uri.params.empty());
}

TEST(Rfc4475Valid, S3_1_1_10_transports_MayBeUnknown) {
  std::vector<std::string_view> transports;
  const Sample sample = rfc4475("transports");
  for (const Via& via : all<Via>(sample, Header::via)) transports.push_back(via.transport);
  EXPECT_EQ(transports, (std::vector<std::string_view>{"UDP", "SCTP", "TLS", "UNKNOWN", "TCP"}));
}

TEST(Rfc4475Valid, S3_1_1_11_mpart01_HasABodyWithNulls) {
  const Sample sample = rfc4475("mpart01");
  EXPECT_EQ(sample->body().size(), 553u);
  EXPECT_NE(sample->body().find('\0'), std::string_view::npos);
  EXPECT_TRUE(sample->body().ends_with("--7a9cbec02ceef655--\r\n"));
}

TEST(Rfc4475Valid, S3_1_1_12_unreason_HasAnUnusualReason) {
  const Sample sample = rfc4475("unreason");
  EXPECT_EQ(sample->status(), 200);
  EXPECT_TRUE(sample->reason().starts_with("= 2**3 * 5**2 \xd0\xbd\xd0\xbe "));
}

TEST(Rfc4475Valid, S3_1_1_13_noreason_HasNoReason) {
  const Sample sample = rfc4475("noreason");
  EXPECT_EQ(sample->status(), 100);
  EXPECT_EQ(sample->reason(), "");
}

// "The body is assumed to be all octets in the datagram after the null-line."
TEST(Rfc4475Valid, S3_4_1_inv2543_HasNeitherBranchNorTagNorContentLength) {
  const Sample sample = rfc4475("inv2543");
  EXPECT_FALSE(all<Via>(sample, Header::via)[0].has_magic_cookie());
  EXPECT_FALSE(address(sample, Header::from).params.has("tag"));
  EXPECT_EQ(address(sample, Header::to).params.find("user"), "phone");
  EXPECT_EQ(sample->count(Header::max_forwards), 0u);
  EXPECT_TRUE(sample->body().starts_with("v=0\r\n"));
  EXPECT_TRUE(sample->body().ends_with("m=audio 49217 RTP/AVP 0\r\n"));
}

}  // namespace
}  // namespace flowgate::sip
