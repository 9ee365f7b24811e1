#include "sip/credentials.h"

#include <gtest/gtest.h>

#include <string>

#include "sip/text.h"

namespace flowgate::sip {
namespace {

Credentials parsed(std::string_view text) {
  const auto credentials = Credentials::parse(text);
  EXPECT_TRUE(credentials) << text;
  return credentials ? *credentials : Credentials{};
}

bool is_bad(std::string_view text) {
  const auto credentials = Credentials::parse(text);
  return !credentials && credentials.error() == Error::bad_credentials;
}

// RFC 3261 §24.1 has none; this is the example of RFC 7616 §3.9.1.
TEST(Credentials, AreReadAsRfc7616WritesThem) {
  const Credentials credentials = parsed(
      "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", "
      "algorithm=SHA-256, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, "
      "cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth, "
      "response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\", "
      "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"");
  EXPECT_EQ(credentials.username, "Mufasa");
  EXPECT_EQ(credentials.realm, "http-auth@example.org");
  EXPECT_EQ(credentials.uri, "/dir/index.html");
  EXPECT_EQ(credentials.algorithm, "SHA-256");
  EXPECT_EQ(credentials.nonce, "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v");
  EXPECT_EQ(credentials.nc, "00000001");
  EXPECT_EQ(credentials.cnonce, "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
  EXPECT_EQ(credentials.qop, "auth");
  EXPECT_EQ(credentials.response, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
  EXPECT_EQ(credentials.opaque, "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS");
  EXPECT_FALSE(credentials.userhash);
}

TEST(Credentials, MayQuoteWhatNeedsNoQuotesAndStandInAnyCase) {
  const Credentials credentials =
      parsed("digest\tUserName = \"a\" ,ALGORITHM=\"MD5\",qop=\"auth\",nc=\"00000001\",userhash=TRUE");
  EXPECT_EQ(credentials.username, "a");
  EXPECT_EQ(credentials.algorithm, "MD5");
  EXPECT_EQ(credentials.qop, "auth");
  EXPECT_EQ(credentials.nc, "00000001");
  EXPECT_TRUE(credentials.userhash);
}

TEST(Credentials, KeepTheirBackslashesAndCommasInQuotes) {
  EXPECT_EQ(parsed(R"(Digest username="a\"b,c=d", realm="x")").username, R"(a\"b,c=d)");
}

TEST(Credentials, MayHaveEmptyAndUnknownParameters) {
  const Credentials credentials = parsed("Digest nonce=\"\", ,response=\"\",auts=\"x\",");
  EXPECT_EQ(credentials.nonce, "");
  EXPECT_EQ(credentials.response, "");
}

TEST(Credentials, OfAnotherSchemeAreNone) {
  EXPECT_FALSE(Credentials::is_digest("Basic QWxhZGRpbg=="));
  EXPECT_FALSE(Credentials::is_digest("Digestive a=b"));
  EXPECT_FALSE(Credentials::is_digest("Digest"));
  EXPECT_FALSE(Credentials::is_digest(""));
  EXPECT_TRUE(is_bad("Basic QWxhZGRpbg=="));
}

TEST(Credentials, ThatAreBrokenAreSeenToBe) {
  EXPECT_TRUE(is_bad("Digest username"));
  EXPECT_TRUE(is_bad("Digest username="));
  EXPECT_TRUE(is_bad("Digest username=\"a"));
  EXPECT_TRUE(is_bad("Digest =\"a\""));
  EXPECT_TRUE(is_bad("Digest username=\"a\" realm=\"b\""));
  EXPECT_TRUE(is_bad("Digest username=\"a\"realm=\"b\""));
  EXPECT_TRUE(is_bad("Digest username=\"a\", username=\"a\""));
  EXPECT_TRUE(is_bad("Digest uri=sip:example.com"));
}

// RFC 3261 §7.3.1
TEST(Credentials, HaveEachParameterOnceInWhateverCaseAndEmptyOnesToo) {
  for (const std::string name : {"username", "realm", "nonce", "uri", "response", "algorithm", "cnonce",
                                 "opaque", "qop", "nc", "userhash"}) {
    const std::string shouted = to_lower(name).replace(0, 1, 1, static_cast<char>(name[0] & ~0x20));
    EXPECT_FALSE(is_bad("Digest " + name + "=\"\"")) << name;
    EXPECT_TRUE(is_bad("Digest " + name + "=\"\", x=y, " + shouted + "=\"\"")) << name;
    EXPECT_TRUE(is_bad("Digest " + shouted + "=a, " + name + "=\"b\"")) << name;
    // One that is nearly of that name is not known, so that nothing is said of it.
    std::string other = name;
    other.back() = 'x';
    EXPECT_FALSE(is_bad("Digest " + other + "=a, " + other + "=a, " + name + "=b")) << other;
  }
  EXPECT_FALSE(is_bad("Digest auts=a, auts=b"));
}

TEST(Credentials, OfTooManyParametersAreRefused) {
  Limits limits;
  limits.params = 2;
  EXPECT_TRUE(Credentials::parse("Digest a=b, c=d", limits));
  EXPECT_EQ(Credentials::parse("Digest a=b, c=d, e=f", limits).error(), Error::too_many_values);
}

}  // namespace
}  // namespace flowgate::sip
