#include "transport/server_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "certificate.h"

namespace flowgate::transport {
namespace {

ServerNames::Context context() {
  return {SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
}

TEST(ServerNames, AreTheDnsNamesOfTheCertificateInLowerCase) {
  const Certificate certificate("DNS:Example.com,IP:127.0.0.1,DNS:*.example.org,URI:sip:example.net");
  EXPECT_THAT(dns_names(certificate.x509.get()), testing::ElementsAre("example.com", "*.example.org"));
  EXPECT_THAT(dns_names(Certificate("").x509.get()), testing::IsEmpty());
}

TEST(ServerNames, AreFoundInAnyCase) {
  const auto one = context();
  ServerNames names;
  names.add("example.com", one);
  EXPECT_EQ(names.find("example.com"), one.get());
  EXPECT_EQ(names.find("EXAMPLE.com."), one.get());
  for (const std::string_view other : {"", ".", "com", "a.example.com", "xexample.com", "example.com.org"}) {
    EXPECT_EQ(names.find(other), nullptr) << other;
  }
}

// RFC 6125 §6.4.3.
TEST(ServerNames, AWildcardIsForOneLabelAndTheNameItselfComesFirst) {
  const auto any = context(), sip = context();
  ServerNames names;
  names.add("*.example.com", any);
  names.add("sip.example.com", sip);
  EXPECT_EQ(names.find("www.example.com"), any.get());
  EXPECT_EQ(names.find("sip.example.com"), sip.get());
  for (const std::string_view other : {"example.com", "a.b.example.com", ".example.com"}) {
    EXPECT_EQ(names.find(other), nullptr) << other;
  }
}

TEST(ServerNames, OfTwoForOneNameTheFirstIsTaken) {
  const auto first = context(), second = context();
  ServerNames names;
  names.add("example.com", first);
  names.add("example.com", second);
  EXPECT_EQ(names.find("example.com"), first.get());
}

}  // namespace
}  // namespace flowgate::transport
