#include "registrar/digest/challenge.h"

#include <gtest/gtest.h>

namespace flowgate::digest {
namespace {

constexpr std::array both = {Algorithm::sha256, Algorithm::md5};

std::string written(sip::Header header, bool stale) {
  std::string lines = "Date: now\r\n";
  Challenges(header, "example.com", "5ccc069c").write(both, "dcd98b71", stale, lines);
  return lines;
}

TEST(Challenges, AreALineForEachAlgorithmBehindWhatIsThere) {
  EXPECT_EQ(written(sip::Header::www_authenticate, false),
            "Date: now\r\n"
            "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"dcd98b71\", opaque=\"5ccc069c\", "
            "algorithm=SHA-256, qop=\"auth\"\r\n"
            "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"dcd98b71\", opaque=\"5ccc069c\", "
            "algorithm=MD5, qop=\"auth\"\r\n");
}

TEST(Challenges, SayThatANonceIsStale) {
  EXPECT_EQ(written(sip::Header::proxy_authenticate, true),
            "Date: now\r\n"
            "Proxy-Authenticate: Digest realm=\"example.com\", nonce=\"dcd98b71\", opaque=\"5ccc069c\", "
            "algorithm=SHA-256, qop=\"auth\", stale=true\r\n"
            "Proxy-Authenticate: Digest realm=\"example.com\", nonce=\"dcd98b71\", opaque=\"5ccc069c\", "
            "algorithm=MD5, qop=\"auth\", stale=true\r\n");
}

TEST(Challenges, HaveNoLineEndsOfTheRealm) {
  std::string lines;
  Challenges(sip::Header::www_authenticate, "a\r\nb", "").write(both, "n", false, lines);
  EXPECT_TRUE(lines.starts_with("WWW-Authenticate: Digest realm=\"a  b\", nonce=\"n\"")) << lines;
}

}  // namespace
}  // namespace flowgate::digest
