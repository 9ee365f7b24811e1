#include "proxy/identity.h"

#include "sip/value.h"
#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

Parsed request(std::string_view fields) {
  return Parsed{
      "MESSAGE sip:bob@example.com SIP/2.0\n"
      "Via: SIP/2.0/UDP 198.51.100.7:40000;branch=z9hG4bK1\n"
      "From: <sip:alice@example.com>;tag=1\n"
      "To: <sip:bob@example.com>\n"
      "Call-ID: 1\n"
      "CSeq: 1 MESSAGE\n" +
      std::string{fields} + "Content-Length: 0\n\n"};
}

// What is left of those fields.
std::string left(const Parsed& message, const sip::Edits& edits) {
  std::string out;
  edits.write(message.get(), out);
  const std::size_t begin = out.find("CSeq: 1 MESSAGE\r\n") + 17;
  const std::size_t end = out.find("Content-Length: 0\r\n");
  return out.substr(begin, end - begin) + out.substr(end + 19, out.size() - end - 21);
}

std::string identity(std::string_view fields, Passage passage, std::string_view asserted = "") {
  const Parsed message = request(fields);
  sip::Edits edits;
  edit_identity(message.get(), passage, asserted, edits);
  return left(message, edits);
}

std::string credentials(std::string_view fields) {
  const Parsed message = request(fields);
  sip::Edits edits;
  edit_credentials(message.get(), "example.com", edits);
  return left(message, edits);
}

bool is_private(std::string_view fields) {
  return wants_privacy(request(fields).get());
}

TEST(Identity, OfAStrangerIsTakenAwayHoweverOftenAndHoweverItIsWritten) {
  EXPECT_EQ(identity("P-Asserted-Identity: <sip:a@example.com>\n"
                     "p-asserted-identity : sip:b@example.com, <tel:+1>\n"
                     "P-ASSERTED-IDENTITY:\n"
                     "P-Preferred-Identity: nonsense \"\n"
                     "Remote-Party-ID: <sip:a@example.com>;party=calling\n"
                     "Subject: x\n",
                     {false, true}),
            "Subject: x\r\n");
}

// §5: it "MUST replace that SIP or SIPS URI with a single SIP or SIPS URI".
TEST(Identity, AssertedByUsReplacesWhatAStrangerAssertsAndIsTheOnlyOne) {
  EXPECT_EQ(identity("P-Asserted-Identity: <sip:a@example.com>, <sip:b@example.com>\n", {false, true},
                     "sip:alice@example.com"),
            "P-Asserted-Identity: <sip:alice@example.com>\r\n");
}

TEST(Identity, OfNobodyIsNotInvented) {
  EXPECT_EQ(identity("Subject: x\n", {false, true}), "Subject: x\r\n");
  EXPECT_EQ(identity("Subject: x\n", {false, false}, "sip:alice@example.com"), "Subject: x\r\n");
}

// §9.3: privacy is towards those who are not trusted; within the trust domain the identity goes on.
TEST(Identity, BetweenTrustedPeersIsLeftAloneThoughItIsPrivate) {
  const std::string_view fields =
      "P-Asserted-Identity: <sip:a@example.com>\n"
      "P-Preferred-Identity: <sip:b@example.com>\n"
      "Remote-Party-ID: <sip:a@example.com>\n"
      "Privacy: id\n";
  EXPECT_EQ(identity(fields, {true, true}), with_line_ends(fields));
}

TEST(Identity, ThatIsPrivateIsToldToNobodyElseInAnyOfItsForms) {
  EXPECT_EQ(identity("P-Asserted-Identity: <sip:a@example.com>\n"
                     "Remote-Party-ID: <sip:a@example.com>\n"
                     "Privacy: header\n"
                     "Privacy: user;ID\n",
                     {true, false}),
            "Privacy: header\r\nPrivacy: user;ID\r\n");
}

TEST(Identity, IsPrivateByTheWordIdAloneInAnyPlaceAndCase) {
  for (const char* value : {"id", "ID", " id ;critical", "critical;id", "header,id", ";;id;", "user\n ;id"})
    EXPECT_TRUE(is_private("Privacy: " + std::string{value} + "\n")) << value;
  for (const char* value : {"", "none", "ids", "i d", "identity", "x-id", ";", "user;", "id=1", "\"id\""})
    EXPECT_FALSE(is_private("Privacy: " + std::string{value} + "\n")) << value;
  EXPECT_FALSE(is_private("X-Privacy: id\n"));
}

TEST(Identity, CredentialsForOurRealmAreTakenAwayHoweverItIsWritten) {
  EXPECT_EQ(credentials("Proxy-Authorization: Digest realm=\"example.com\", username=\"alice\"\n"
                        "Proxy-Authorization: digest username=\"a\", REALM = \"ex\\ample.com\"\n"
                        "Subject: x\n"),
            "Subject: x\r\n");
}

// RFC 3261 §22.3: they are for others on the way. Nor is it for us to say what is wrong with them.
TEST(Identity, CredentialsThatAreNotForUsGoOn) {
  for (const std::string fields :
       {"Proxy-Authorization: Digest realm=\"example.net\"\n",
        "Proxy-Authorization: Digest realm=\"EXAMPLE.com\"\n",
        "Proxy-Authorization: Basic realm=\"example.com\"\n",
        "Proxy-Authorization: Digest realm=\"example.com\n", "Authorization: Digest realm=\"example.com\"\n"})
    EXPECT_EQ(credentials(fields), with_line_ends(fields)) << fields;
}

}  // namespace
}  // namespace flowgate::proxy
