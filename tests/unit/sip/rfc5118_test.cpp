// RFC 5118: where IPv6 addresses stand, and how they are read.
#include "tests/unit/sip/torture_sample.h"

namespace flowgate::sip {
namespace {

TEST(Rfc5118, S4_1_ipv6_good_HasReferencesInRequestUriViaAndContact) {
  const Sample sample = rfc5118("ipv6-good");
  EXPECT_EQ(request_uri(sample).host, "2001:db8::10");
  EXPECT_TRUE(request_uri(sample).host_is_v6);
  EXPECT_EQ(all<Via>(sample, Header::via)[0].host, "2001:db8::9:1");
  EXPECT_EQ(address(sample, Header::contact).uri.host, "2001:db8::1");
}

TEST(Rfc5118, S4_2_ipv6_bad_HasNoBrackets) {
  EXPECT_TRUE(Uri::parse(rfc5118("ipv6-bad")->request_uri()).error());
}

// "the intended port number becomes the last octet of the reference"
TEST(Rfc5118, S4_3_port_ambiguous_HasNoPort) {
  EXPECT_EQ(request_uri(rfc5118("port-ambiguous")).host, "2001:db8::10:5070");
  EXPECT_EQ(request_uri(rfc5118("port-ambiguous")).port, std::nullopt);
}

TEST(Rfc5118, S4_4_port_unambiguous_HasAPort) {
  EXPECT_EQ(request_uri(rfc5118("port-unambiguous")).host, "2001:db8::10");
  EXPECT_EQ(request_uri(rfc5118("port-unambiguous")).port, 5070);
}

// "be liberal in accepting a "received" parameter with or without the delimiting "[" and "]" tokens"
TEST(Rfc5118, S4_5_received_IsReadWithAndWithoutBrackets) {
  EXPECT_EQ(all<Via>(rfc5118("via-received-param-with-delim"), Header::via)[0].params.find("received"),
            "[2001:db8::9:255]");
  EXPECT_EQ(all<Via>(rfc5118("via-received-param-no-delim"), Header::via)[0].params.find("received"),
            "2001:db8::9:255");
}

// The RFC calls it valid, but counts octets that are not there; with the right number it is.
TEST(Rfc5118, S4_6_ipv6_in_sdp_IsValidButForItsContentLength) {
  std::string text = test::octets_of(5118, "ipv6-in-sdp");
  EXPECT_EQ(
      Sample { text } -> defect(), Error::bad_number);
  text.replace(text.find("268"), 3, "251");
  EXPECT_FALSE(Sample { text } -> defect());
  EXPECT_TRUE(Sample { text } -> body().ends_with("a=rtpmap:107 H263-1998/90000\r\n"));
}

TEST(Rfc5118, S4_7_mult_ip_in_header_MixesIPv4AndIPv6) {
  const Sample sample = rfc5118("mult-ip-in-header");
  const auto vias = all<Via>(sample, Header::via);
  ASSERT_EQ(vias.size(), 3u);
  EXPECT_TRUE(vias[0].host_is_v6);
  EXPECT_EQ(vias[0].port, 6050);
  EXPECT_FALSE(vias[1].host_is_v6);
  EXPECT_EQ(vias[2].params.find("received"), "192.0.2.200");
}

TEST(Rfc5118, S4_8_mult_ip_in_sdp_HasTheBodyOfItsContentLength) {
  EXPECT_EQ(rfc5118("mult-ip-in-sdp")->body().size(), 181u);
}

TEST(Rfc5118, S4_9_ipv4_mapped_ipv6_IsAReference) {
  const Sample sample = rfc5118("ipv4-mapped-ipv6");
  const auto vias = all<Via>(sample, Header::via);
  ASSERT_EQ(vias.size(), 2u);
  EXPECT_TRUE(vias[0].host_is_v6);
  EXPECT_EQ(vias[0].port, 19823);
  EXPECT_EQ(address(sample, Header::contact).uri.host, "::ffff:192.0.2.2");
}

// "an implementation must tolerate both of the above constructs"
TEST(Rfc5118, S4_10_ipv6_bug_abnf_3_colons_IsTheAddressWithTwo) {
  const Sample three = rfc5118("ipv6-bug-abnf-3-colons"), two = rfc5118("ipv6-correct-abnf-2-colons");
  EXPECT_TRUE(equivalent(request_uri(three), request_uri(two)));
  EXPECT_TRUE(equivalent(address(three, Header::to).uri, address(two, Header::to).uri));
}

}  // namespace
}  // namespace flowgate::sip
