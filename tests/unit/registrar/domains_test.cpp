#include "registrar/domains.h"

#include <gtest/gtest.h>

#include "site.h"

namespace flowgate::registrar {
namespace {

const Domains domains{{"Example.COM", "example.net", "[2001:DB8:0::1]"}, {5070}};

TEST(Domains, OwnsSipAndSipsUrisOfADomainInAnyCase) {
  EXPECT_TRUE(domains.owns(uri_of("sip:alice@example.com")));
  EXPECT_TRUE(domains.owns(uri_of("SIPS:alice@EXAMPLE.com;transport=tcp?subject=x")));
  EXPECT_TRUE(domains.owns(uri_of("sip:example.net")));
  EXPECT_FALSE(domains.owns(uri_of("sip:alice@example.org")));
  EXPECT_FALSE(domains.owns(uri_of("sip:alice@sub.example.com")));
  EXPECT_FALSE(domains.owns(uri_of("tel:+1-201-555-0123")));
}

TEST(Domains, OwnsIpv6AddressesInAnySpelling) {
  EXPECT_TRUE(domains.owns(uri_of("sip:alice@[2001:db8::1]")));
  EXPECT_TRUE(domains.owns(uri_of("sip:alice@[2001:0db8:0:0::0001]")));
  EXPECT_FALSE(domains.owns(uri_of("sip:alice@[2001:db8::2]")));
  EXPECT_EQ(domains.aor(uri_of("sip:alice@[2001:0DB8::1]")), "alice@[2001:db8::1]");
}

TEST(Domains, TakesTheWellKnownPortsAndThoseThatWeListenOn) {
  EXPECT_TRUE(domains.owns(uri_of("sip:alice@example.com:5060")));
  EXPECT_TRUE(domains.owns(uri_of("sip:alice@example.com:5061")));
  EXPECT_TRUE(domains.owns(uri_of("sip:alice@example.com:5070")));
  EXPECT_FALSE(domains.owns(uri_of("sip:alice@example.com:5071")));
}

TEST(Domains, OwnsNoHostThatIsLongerThanANameMayBe) {
  const std::string name(300, 'a');
  sip::Uri uri = uri_of("sip:alice@example.com");
  uri.host = name;
  EXPECT_FALSE(domains.owns(uri));
  EXPECT_FALSE(domains.aor(uri));
}

// RFC 3261 §10.3 (5)
TEST(Domains, AllUriParametersAreRemovedAndEscapedCharactersConvertedToTheirUnescapedForm) {
  EXPECT_EQ(domains.aor(uri_of("sip:alice@example.com;transport=UDP")), "alice@example.com");
  EXPECT_EQ(domains.aor(uri_of("sip:%61lice@example.com;gr=urn:uuid:1")), "alice@example.com");
  EXPECT_EQ(domains.aor(uri_of("sips:alice:secret@EXAMPLE.com:5061?a=b")), "alice@example.com");
  EXPECT_EQ(domains.aor(uri_of("sip:a%40b@example.com")), "a@b@example.com");
}

TEST(Domains, KeepsTheAorThatAUriNames) {
  KeptText kept;
  EXPECT_EQ(domains.aor(uri_of("sip:alice@EXAMPLE.com;x=y"), kept), "alice@example.com");
  EXPECT_EQ(domains.aor(uri_of("sip:%61lice@example.net"), kept), "alice@example.net");
  for (const char* uri : {"sip:example.com", "sip:alice@example.org", "sip:al%00ice@example.com"})
    EXPECT_EQ(domains.aor(uri_of(uri), kept), "") << uri;
}

TEST(Domains, TellsWhetherAUriNamesAnAor) {
  for (const char* uri : {"sip:alice@example.com", "sips:%61lice:secret@EXAMPLE.com:5061;x=y"})
    EXPECT_TRUE(domains.names(uri_of(uri), "alice@example.com")) << uri;
  for (const char* uri :
       {"sip:alic@example.com", "sip:alicee@example.com", "sip:alice@example.net", "sip:Alice@example.com",
        "sip:bobby@example.com", "sip:example.com", "sip:alice@example.com:5071", "sip:alice%00@example.com"})
    EXPECT_FALSE(domains.names(uri_of(uri), "alice@example.com")) << uri;
  EXPECT_TRUE(domains.names(uri_of("sip:a%40b@example.com"), "a@b@example.com"));
  EXPECT_FALSE(domains.names(uri_of("sip:a@example.com"), "axexample.com"));
}

// RFC 3261 §19.1.4
TEST(Domains, ComparisonOfTheUserinfoIsCaseSensitive) {
  EXPECT_EQ(domains.aor(uri_of("sip:Alice@example.com")), "Alice@example.com");
}

TEST(Domains, NamesNoAorWithoutAUserOrForAnotherDomain) {
  EXPECT_FALSE(domains.aor(uri_of("sip:example.com")));
  EXPECT_FALSE(domains.aor(uri_of("sip:alice@example.org")));
  EXPECT_FALSE(domains.aor(uri_of("tel:+12015550123")));
}

TEST(Domains, NamesNoAorWithAControlCharacter) {
  EXPECT_FALSE(domains.aor(uri_of("sip:al%0d%0aice@example.com")));
  EXPECT_FALSE(domains.aor(uri_of("sip:al%00ice@example.com")));
}

TEST(Domains, EveryUserPartIsValidWithoutAListOfUsers) {
  EXPECT_TRUE(domains.has_user("anybody@example.com"));
}

// RFC 5627 §5.4: "A GRUU in a domain MUST NOT be equivalent, based on URI comparison, to any AOR in a domain
// except for the one associated with the GRUU."
TEST(Domains, NobodyIsCalledLikeAnEncryptedGruu) {
  UserTable users;
  users.put({.name = "tgruu.bob"});
  users.put({.name = "tgruu"});
  const Domains listed{{"example.com"}, {}, &users};
  for (const Domains* each : {&domains, &listed}) {
    EXPECT_FALSE(each->has_user("tgruu.bob@example.com"));
    EXPECT_FALSE(each->has_user("agruu.@example.com"));
    EXPECT_TRUE(each->has_user("tgruu@example.com"));
  }
}

TEST(Domains, OnlyListedUsersAreValidWithOne) {
  UserTable users;
  users.put({.name = "alice", .aors = {"sales@example.net"}});
  users.put({.name = "a@b"});
  const Domains listed{{"example.com", "example.net"}, {}, &users};
  EXPECT_TRUE(listed.has_user("alice@example.com"));
  EXPECT_TRUE(listed.has_user("alice@example.net"));
  EXPECT_TRUE(listed.has_user("a@b@example.net"));
  EXPECT_FALSE(listed.has_user("Alice@example.com"));
  EXPECT_FALSE(listed.has_user("bob@example.com"));
  EXPECT_TRUE(listed.has_user("sales@example.net"));
  EXPECT_FALSE(listed.has_user("sales@example.com"));
  users.put({.name = "bob"});
  EXPECT_TRUE(listed.has_user("bob@example.com"));
}

TEST(Domains, AnAorBelongsToTheUserOfItsNameUnlessItIsAFurtherOneOfAnother) {
  UserTable users;
  for (const char* name : {"alice", "ab", "a%62"}) users.put({.name = name});
  const Domains listed{{"example.com", "example.net"}, {}, &users};
  const auto belongs_to_another = [&](const std::string& uri, const std::string& user) {
    return listed.belongs_to_another(sip::Uri::parse(uri).value(), *users.find(user));
  };
  for (const bool further : {false, true}) {
    if (further) users.put({.name = "carol", .aors = {"alice@example.net"}});
    EXPECT_FALSE(belongs_to_another("sip:alice@example.com", "alice"));
    EXPECT_FALSE(belongs_to_another("sips:%61lice@EXAMPLE.com:5060;x=y", "alice"));
    EXPECT_TRUE(belongs_to_another("sip:ab@example.com", "alice"));
    // That is ab's, whoever else is called as it is written.
    EXPECT_TRUE(belongs_to_another("sip:a%62@example.com", "a%62"));
    EXPECT_FALSE(belongs_to_another("sip:a%62@example.com", "ab"));
    EXPECT_EQ(belongs_to_another("sip:alice@example.net", "alice"), further);
    // Nobody's.
    for (const char* uri : {"sip:nobody@example.com", "sip:example.com", "sip:ab@example.org", "tel:+1"})
      EXPECT_FALSE(belongs_to_another(uri, "alice")) << uri;
  }
}

}  // namespace
}  // namespace flowgate::registrar
