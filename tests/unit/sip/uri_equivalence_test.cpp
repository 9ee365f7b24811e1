#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sip/uri_equivalence.h"

namespace flowgate::sip {
namespace {

// Both ways, and each with itself.
bool same(std::string_view a, std::string_view b) {
  const auto x = Uri::parse(a);
  const auto y = Uri::parse(b);
  EXPECT_TRUE(x) << a;
  EXPECT_TRUE(y) << b;
  if (!x || !y) return false;
  EXPECT_TRUE(equivalent(*x, *x));
  EXPECT_TRUE(equivalent(*y, *y));
  EXPECT_EQ(equivalent(*x, *y), equivalent(*y, *x)) << a << " and " << b;
  return equivalent(*x, *y);
}

// RFC 3261 §19.1.4, "The URIs within each of the following sets are equivalent"
TEST(UriEquivalence, the_equivalent_examples_of_the_rfc_are_equivalent) {
  EXPECT_TRUE(same("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"));
  EXPECT_TRUE(same("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"));
  EXPECT_TRUE(same("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"));
  EXPECT_TRUE(same("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"));
  EXPECT_TRUE(same("sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                   "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"));
  EXPECT_TRUE(same("sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                   "sip:alice@atlanta.com?priority=urgent&subject=project%20x"));
}

// RFC 3261 §19.1.4, "The URIs within each of the following sets are not equivalent"
TEST(UriEquivalence, the_different_examples_of_the_rfc_are_different) {
  EXPECT_FALSE(same("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"));
  EXPECT_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"));
  EXPECT_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"));
  EXPECT_FALSE(same("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"));
  EXPECT_FALSE(same("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"));
  EXPECT_FALSE(same("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"));
}

// RFC 3261 §19.1.4: "Note that equality is not transitive"
TEST(UriEquivalence, is_not_transitive) {
  EXPECT_TRUE(same("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"));
  EXPECT_TRUE(same("sip:carol@chicago.com", "sip:carol@chicago.com;security=off"));
  EXPECT_FALSE(same("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"));
}

TEST(UriEquivalence, a_sip_and_sips_uri_are_never_equivalent) {
  EXPECT_FALSE(same("sip:alice@atlanta.com", "sips:alice@atlanta.com"));
  EXPECT_TRUE(same("SIPS:alice@atlanta.com", "sips:alice@atlanta.com"));
}

TEST(UriEquivalence, userinfo_is_compared_with_case) {
  EXPECT_FALSE(same("sip:Alice@atlanta.com", "sip:alice@atlanta.com"));
  EXPECT_FALSE(same("sip:alice:Secret@atlanta.com", "sip:alice:secret@atlanta.com"));
  EXPECT_FALSE(same("sip:alice:secret@atlanta.com", "sip:alice@atlanta.com"));
  EXPECT_FALSE(same("sip:alice:@atlanta.com", "sip:alice@atlanta.com"));
  EXPECT_FALSE(same("sip:alice@atlanta.com", "sip:atlanta.com"));
  EXPECT_FALSE(same("sip:a%69ice@atlanta.com", "sip:aIice@atlanta.com"));
}

TEST(UriEquivalence, only_characters_that_are_not_reserved_equal_their_escaped_form) {
  EXPECT_TRUE(same("sip:%41%2d%7E@b.org", "sip:A-%7e@b.org"));
  EXPECT_TRUE(same("sip:a%3bb@b.org", "sip:a%3Bb@b.org"));
  EXPECT_FALSE(same("sip:a%3Bb@b.org", "sip:a;b@b.org"));
  EXPECT_FALSE(same("sip:a%3Ab@b.org", "sip:a:b@b.org"));
  EXPECT_FALSE(same("sip:a%2541@b.org", "sip:aA@b.org"));
  EXPECT_TRUE(same("sip:a@b.org;x=%61", "sip:a@b.org;%78=A"));
  EXPECT_FALSE(same("sip:a@b.org;x=%3A", "sip:a@b.org;x=:"));
  EXPECT_FALSE(same("sip:a@b.org;x=%253A", "sip:a@b.org;x=%3A"));
}

// RFC 3261 §19.1.4
TEST(UriEquivalence, user_ttl_method_maddr_and_transport_are_in_both_or_in_neither) {
  for (std::string_view param : {"user=ip", "ttl=1", "method=INVITE", "maddr=192.0.2.1", "transport=udp"}) {
    const std::string with = "sip:a@b.org;zzz;" + std::string{param} + ";aaa";
    EXPECT_FALSE(same("sip:a@b.org", with)) << param;
    EXPECT_FALSE(same("sip:a@b.org;x=1;zzz=2", with)) << param;
    EXPECT_TRUE(same("sip:a@b.org;other;" + std::string{param}, with)) << param;
  }
  EXPECT_FALSE(same("sip:a@b.org;transport=udp", "sip:a@b.org;transport=tcp"));
  EXPECT_FALSE(same("sip:a@b.org;maddr=192.0.2.1", "sip:a@b.org;maddr=192.0.2.2"));
}

TEST(UriEquivalence, a_parameter_in_both_must_match_whatever_its_place) {
  EXPECT_TRUE(same("sip:a@b.org;lr;gr=urn:uuid:1;ob", "sip:a@b.org;OB;gr=URN:uuid:1"));
  EXPECT_FALSE(same("sip:a@b.org;lr;gr=urn:uuid:1", "sip:a@b.org;gr=urn:uuid:2;lr"));
  EXPECT_FALSE(same("sip:a@b.org;lr", "sip:a@b.org;lr=on"));
}

TEST(UriEquivalence, every_header_must_be_in_both) {
  EXPECT_FALSE(same("sip:a@b.org?x=1", "sip:a@b.org?x=2"));
  EXPECT_FALSE(same("sip:a@b.org?x=1", "sip:a@b.org?x=1&y=2"));
  EXPECT_FALSE(same("sip:a@b.org?x=1&x=1&y=2", "sip:a@b.org?x=1&y=2&y=2"));
  EXPECT_TRUE(same("sip:a@b.org?x=1&X=2", "sip:a@b.org?x=2&%78=1"));
  EXPECT_FALSE(same("sip:a@b.org?x=", "sip:a@b.org"));
}

// RFC 3261 §19.1.4: "A URI omitting any component with a default value will not match a URI explicitly
// containing that component with its default value."
TEST(UriEquivalence, ports_must_be_the_same) {
  EXPECT_FALSE(same("sips:a@b.org:5061", "sips:a@b.org"));
  EXPECT_FALSE(same("sip:a@b.org:5061", "sip:a@b.org:5060"));
  EXPECT_TRUE(same("sip:a@b.org:05060", "sip:a@b.org:5060"));
}

// RFC 4291 §2.2: one address has many spellings
TEST(UriEquivalence, ipv6_addresses_are_compared_by_value) {
  EXPECT_TRUE(same("sip:a@[2001:db8::1]", "sip:a@[2001:DB8:0:0:0:0:0:1]"));
  EXPECT_TRUE(same("sip:a@[2001:0db8::0001]:5060", "sip:a@[2001:db8::1]:5060"));
  EXPECT_TRUE(same("sip:a@[::ffff:192.0.2.1]", "sip:a@[::ffff:c000:201]"));
  EXPECT_FALSE(same("sip:a@[2001:db8::1]", "sip:a@[2001:db8::2]"));
  EXPECT_FALSE(same("sip:a@[::ffff:192.0.2.1]", "sip:a@192.0.2.1"));
}

TEST(UriEquivalence, uris_of_other_schemes_are_compared_octet_by_octet) {
  EXPECT_TRUE(same("tel:+1-201-555-0123", "tel:+1-201-555-0123"));
  EXPECT_FALSE(same("tel:+1-201-555-0123", "tel:+12015550123"));
  EXPECT_FALSE(same("urn:service:sos", "urn:service:SOS"));
  EXPECT_FALSE(same("tel:1", "sip:1@b.org"));
}

TEST(UriEquivalence, of_uris_with_as_many_parameters_as_there_may_be_does_not_depend_on_their_order) {
  std::string forth = "sip:a@b.org", back = forth;
  for (int i = 10; i < 74; ++i) forth += ";n%61me" + std::to_string(i) + "=" + std::to_string(i);
  for (int i = 73; i >= 10; --i) back += ";name" + std::to_string(i) + "=" + std::to_string(i);
  EXPECT_TRUE(same(forth, back));
  back.back() = '1';
  EXPECT_FALSE(same(forth, back));
}

// Each URI keeps what it was compared by.
TEST(ComparableUri, compared_with_many_says_the_same_as_each_comparison_alone) {
  std::vector<std::string> texts;
  for (const std::string params : {"", ";x=1", ";x=2", ";Y;x=%31", ";user=ip", ";x=1;user=ip"}) {
    for (const std::string headers : {"", "?a=1&b=2", "?b=2&%61=1", "?b=2"})
      texts.push_back("sip:a@b.org" + params + headers);
  }
  std::vector<ComparableUri> uris;
  for (const std::string& text : texts) uris.emplace_back(*Uri::parse(text));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (std::size_t j = 0; j < texts.size(); ++j)
      EXPECT_EQ(uris[i].same(uris[j]), equivalent(*Uri::parse(texts[i]), *Uri::parse(texts[j])));
  }
}

}  // namespace
}  // namespace flowgate::sip
