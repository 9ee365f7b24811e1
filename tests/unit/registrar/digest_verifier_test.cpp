#include "registrar/digest/verifier.h"

#include <gtest/gtest.h>

#include "registrar/ha1.h"

namespace flowgate::digest {
namespace {

using registrar::User;

sip::Credentials of_mufasa(std::string_view response) {
  sip::Credentials credentials;
  credentials.username = "Mufasa";
  credentials.uri = "/dir/index.html";
  credentials.nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
  credentials.nc = "00000001";
  credentials.cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
  credentials.qop = "auth";
  credentials.response = response;
  return credentials;
}

// As the user table has him.
User with_hashes(User user, std::string_view realm) {
  Hash hash;
  for (const Algorithm algorithm : {Algorithm::md5, Algorithm::sha256})
    registrar::set_ha1(user, algorithm, realm, user.password, hash);
  return user;
}

User mufasa() {
  return with_hashes({.name = "Mufasa", .password = "Circle of Life"}, "http-auth@example.org");
}

// RFC 7616 §3.9.1
TEST(Verifier, AcceptsTheResponsesOfRfc7616) {
  Verifier verifier("http-auth@example.org");
  const User user = mufasa();
  EXPECT_TRUE(
      verifier.verify(of_mufasa("8ca523f5e9506fed4657c9700eebdbec"), Algorithm::md5, "Mufasa", "GET", &user));
  EXPECT_TRUE(verifier.verify(of_mufasa("753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
                              Algorithm::sha256, "Mufasa", "GET", &user));
}

// The values of RFC 7616 §3.9.2 with the name in the clear; the hashes are those of another implementation.
TEST(Verifier, AcceptsAResponseBySha512_256) {
  User user{.name = "Jason"};
  user.ha1_sha512_256 = "6f151d72b58a85598852ef4e3dba92344e9d6dc228d4793a7bdeff533e962f89";
  sip::Credentials credentials;
  credentials.username = "Jason";
  credentials.uri = "/doe.json";
  credentials.nonce = "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK";
  credentials.nc = "00000001";
  credentials.cnonce = "NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm";
  credentials.qop = "auth";
  credentials.response = "6390192cbbe3a781d3df7b25b8132ce6e37f9717d06c8210862368b75038a3f6";
  Verifier verifier("api@example.org");
  EXPECT_TRUE(verifier.verify(credentials, Algorithm::sha512_256, "Jason", "GET", &user));
  EXPECT_FALSE(verifier.verify(credentials, Algorithm::sha256, "Jason", "GET", &user));
}

// RFC 2069 §2.4, with the response that its erratum 749 gives.
TEST(Verifier, AcceptsAResponseWithoutQop) {
  Verifier verifier("testrealm@host.com");
  const User user = with_hashes({.name = "Mufasa", .password = "CircleOfLife"}, "testrealm@host.com");
  sip::Credentials credentials;
  credentials.username = "Mufasa";
  credentials.uri = "/dir/index.html";
  credentials.nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093";
  credentials.response = "1949323746fe6a43ef61f9606e7febea";
  EXPECT_TRUE(verifier.verify(credentials, Algorithm::md5, "Mufasa", "GET", &user));
}

TEST(Verifier, TakesCapitalDigits) {
  Verifier verifier("http-auth@example.org");
  const User user = mufasa();
  EXPECT_TRUE(
      verifier.verify(of_mufasa("8CA523F5E9506FED4657C9700EEBDBEC"), Algorithm::md5, "Mufasa", "GET", &user));
}

TEST(Verifier, AStoredHashIsAsGoodAsThePassword) {
  Hash hash;
  User user{.name = "Mufasa"};
  user.ha1_md5 = hash(Algorithm::md5, {"Mufasa", "http-auth@example.org", "Circle of Life"}).text();
  Verifier verifier("http-auth@example.org");
  const auto credentials = of_mufasa("8ca523f5e9506fed4657c9700eebdbec");
  EXPECT_TRUE(verifier.verify(credentials, Algorithm::md5, "Mufasa", "GET", &user));
  // It is the hash of that name, not of one with a domain, and of that algorithm.
  EXPECT_FALSE(verifier.verify(credentials, Algorithm::md5, "Mufasa@example.org", "GET", &user));
  EXPECT_FALSE(verifier.verify(of_mufasa("753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
                               Algorithm::sha256, "Mufasa", "GET", &user));
}

TEST(Verifier, RefusesWhateverElse) {
  Verifier verifier("http-auth@example.org");
  const User user = mufasa();
  const std::string_view right = "8ca523f5e9506fed4657c9700eebdbec";
  EXPECT_FALSE(verifier.verify(of_mufasa(right), Algorithm::md5, "Mufasa", "POST", &user));
  EXPECT_FALSE(verifier.verify(of_mufasa(right), Algorithm::md5, "mufasa", "GET", &user));
  EXPECT_FALSE(verifier.verify(of_mufasa(right.substr(1)), Algorithm::md5, "Mufasa", "GET", &user));
  EXPECT_FALSE(verifier.verify(of_mufasa(""), Algorithm::md5, "Mufasa", "GET", &user));
  const User elsewhere = with_hashes({.name = "Mufasa", .password = "Circle of Life"}, "another realm");
  EXPECT_FALSE(
      Verifier("another realm").verify(of_mufasa(right), Algorithm::md5, "Mufasa", "GET", &elsewhere));
}

// H(name:realm:password) has the name as the client writes it.
TEST(Verifier, ANameWithItsDomainIsAnsweredByThePasswordOnly) {
  Hash hash;
  Verifier verifier("example.com");
  const User user = with_hashes({.name = "alice", .password = "ecila"}, "example.com");
  for (const std::string_view username : {"alice", "alice@example.com"}) {
    sip::Credentials credentials;
    credentials.uri = "sip:example.com";
    credentials.nonce = "n";
    const auto secret = hash(Algorithm::md5, {username, "example.com", "ecila"});
    const auto request = hash(Algorithm::md5, {"REGISTER", credentials.uri});
    const auto response = hash(Algorithm::md5, {secret.text(), "n", request.text()});
    credentials.response = response.text();
    EXPECT_TRUE(verifier.verify(credentials, Algorithm::md5, username, "REGISTER", &user)) << username;
    EXPECT_FALSE(verifier.verify(credentials, Algorithm::md5, "al@ice", "REGISTER", &user)) << username;
    EXPECT_FALSE(verifier.verify(credentials, Algorithm::md5, username, "REGISTER", nullptr)) << username;
  }
}

TEST(Verifier, EachRequestIsHashedByItsOwnMethodUriAndAlgorithm) {
  Hash hash;
  Verifier verifier("example.com");
  const User user = with_hashes({.name = "alice", .password = "ecila"}, "example.com");
  const auto response = [&](Algorithm algorithm, std::string_view method, std::string_view uri) {
    const auto secret = hash(algorithm, {"alice", "example.com", "ecila"});
    return std::string(hash(algorithm, {secret.text(), "n", hash(algorithm, {method, uri}).text()}).text());
  };
  const std::string first = response(Algorithm::md5, "REGISTER", "sip:example.com");
  for (const Algorithm algorithm : {Algorithm::md5, Algorithm::sha256, Algorithm::md5}) {
    for (const std::string_view method : {"REGISTER", "OPTIONS", "REGISTER"}) {
      for (const std::string_view uri : {"sip:example.com", "sip:example.org", "sip:example.com"}) {
        sip::Credentials credentials;
        credentials.uri = uri;
        credentials.nonce = "n";
        const std::string right = response(algorithm, method, uri);
        credentials.response = right;
        EXPECT_TRUE(verifier.verify(credentials, algorithm, "alice", method, &user));
        credentials.response = first;
        EXPECT_EQ(verifier.verify(credentials, algorithm, "alice", method, &user), first == right);
      }
    }
  }
}

// Whoever guesses that somebody has no password must not be let in by it.
TEST(Verifier, NobodyIsLetInWithoutAPasswordOrAHash) {
  Verifier verifier("r");
  Hash hash;
  sip::Credentials credentials;
  credentials.username = "x";
  credentials.uri = "sip:example.com";
  credentials.nonce = "n";
  const auto secret = hash(Algorithm::md5, {"x", "r", ""});
  const auto request = hash(Algorithm::md5, {"REGISTER", credentials.uri});
  const auto response = hash(Algorithm::md5, {secret.text(), "n", request.text()});
  credentials.response = response.text();
  const User without{.name = "x"};
  EXPECT_FALSE(verifier.verify(credentials, Algorithm::md5, "x", "REGISTER", &without));
  EXPECT_FALSE(verifier.verify(credentials, Algorithm::md5, "x", "REGISTER", nullptr));
}

}  // namespace
}  // namespace flowgate::digest
