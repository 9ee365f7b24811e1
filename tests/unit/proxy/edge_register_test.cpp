#include "proxy/edge_register.h"

#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

using std::chrono::seconds;

std::optional<Dialect> dialect_of(std::string_view fields) {
  return outbound_dialect(Parsed{"REGISTER sip:example.com SIP/2.0\n" + std::string(fields) + "\n"}.get());
}

seconds lasts(std::string_view fields) {
  return registered_for(Parsed{"SIP/2.0 200 OK\n" + std::string(fields) + "\n"}.get());
}

// RFC 5626 §4.2: "reg-id"; draft-ietf-sip-outbound-00: "flow-id".
TEST(OutboundDialect, IsThatOfTheParameterOfTheContact) {
  EXPECT_EQ(dialect_of("Contact: <sip:a@192.0.2.9>;reg-id=1\n"), Dialect::rfc);
  EXPECT_EQ(dialect_of("m: <sip:a@192.0.2.9>;q=0.5;FLOW-ID=1\n"), Dialect::draft);
  EXPECT_EQ(dialect_of("Contact: <sip:a@192.0.2.9>\n"), std::nullopt);
  EXPECT_EQ(dialect_of("Contact: *\n"), std::nullopt);
  EXPECT_EQ(dialect_of(""), std::nullopt);
}

TEST(OutboundDialect, IsNotReadInTheUriOfTheContact) {
  EXPECT_EQ(dialect_of("Contact: <sip:a@192.0.2.9;reg-id=1>\n"), std::nullopt);
}

TEST(OutboundDialect, IsFoundBehindAContactThatAsksForNothingOrIsMalformed) {
  EXPECT_EQ(
      dialect_of("Contact: <sip:a@192.0.2.9>, <sip:a@[>;flow-id=1\nContact: <sip:b@192.0.2.9>;reg-id=2\n"),
      Dialect::rfc);
}

// RFC 3261 §10.3 (8): "Each Contact value MUST feature an "expires" parameter indicating its expiration
// interval chosen by the registrar."
TEST(RegisteredFor, IsTheLongestOfTheBindings) {
  EXPECT_EQ(lasts("Contact: <sip:a@192.0.2.9>;expires=60, <sip:b@192.0.2.9>;expires=120\n"
                  "Contact: <sip:c@192.0.2.9>;expires=90\nExpires: 7200\n"),
            seconds{120});
}

// §10.2.1.1, for registrars that leave the parameter out: the Expires header field, else an hour.
TEST(RegisteredFor, IsThatOfTheExpiresWhereABindingDoesNotSay) {
  EXPECT_EQ(lasts("Contact: <sip:a@192.0.2.9>\nExpires: 600\n"), seconds{600});
  EXPECT_EQ(lasts("Contact: <sip:a@192.0.2.9>;expires=soon\nExpires: 600\n"), seconds{600});
  EXPECT_EQ(lasts("Contact: <sip:a@192.0.2.9>\nExpires: soon\n"), seconds{3600});
  EXPECT_EQ(lasts("Contact: <sip:a@192.0.2.9>\n"), seconds{3600});
}

TEST(RegisteredFor, IsNothingWithoutBindings) {
  EXPECT_EQ(lasts(""), seconds{0});
  EXPECT_EQ(lasts("Expires: 600\n"), seconds{0});
  EXPECT_EQ(lasts("Contact: <sip:a@[>;expires=600\n"), seconds{0});
  EXPECT_EQ(lasts("Contact: <sip:a@192.0.2.9>;expires=0\n"), seconds{0});
}

TEST(RegisteredFor, IsADayAtMost) {
  EXPECT_EQ(lasts("Contact: <sip:a@192.0.2.9>;expires=86401\n"), seconds{86'400});
  EXPECT_EQ(lasts("Contact: <sip:a@192.0.2.9>;expires=99999999999999999999\n"), seconds{86'400});
}

}  // namespace
}  // namespace flowgate::proxy
