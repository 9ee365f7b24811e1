#include "registrar/reg_event/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registrar/gruu.h"
#include "registrar/reg_event/subscription.h"
#include "site.h"

namespace flowgate::reg_event {
namespace {

using namespace std::chrono_literals;
using registrar::Binding;
using registrar::Cause;
using registrar::Record;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string between(std::string_view text, std::string_view begin, std::string_view end) {
  const auto from = text.find(begin);
  if (from == text.npos) return {};
  const std::string_view rest = text.substr(from + begin.size());
  return std::string{rest.substr(0, rest.find(end))};
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t number = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++number;
  return number;
}

class RegEventDocument : public ::testing::Test {
 protected:
  Binding binding(std::string contact) const {
    Binding binding;
    binding.uri = between(contact, "<", ">");
    binding.contact = std::move(contact);
    binding.call_id = "1j9FpLxk3uxtm8tn@192.0.2.1";
    binding.cseq = 54321;
    binding.registered = now - 36001s;
    binding.updated = now - 1s;
    binding.expires = now + 3599s;
    return binding;
  }
  void observe(std::vector<Binding> bindings, Cause cause = Cause::request) {
    Record record;
    record.bindings.assign(bindings.begin(), bindings.end());
    registration.observe(record, cause, now);
  }
  Document write(std::uint32_t version, std::uint64_t told, bool full) {
    const sip::Uri uri = registrar::uri_of(aor);
    return write_document(registration, version, told, full, {uri, gruus, max_bytes, now});
  }

  Instant now{1000h};
  std::string aor = "sip:user@example.com";
  std::size_t max_bytes = 32'768;
  Registration registration{"user@example.com"};
  registrar::EncryptedGruus gruus{TokenKeys::from({registrar::token_key(1)})};
};

// RFC 3680 §6 (3)
TEST_F(RegEventDocument, OfARegistrationWithoutContactsIsInItsInitialState) {
  observe({});
  const std::string text = write(0, 0, true).text;
  const std::string id = between(text, "id=\"", "\"");
  EXPECT_EQ(id.size(), 16U);
  EXPECT_EQ(text,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<reginfo xmlns=\"urn:ietf:params:xml:ns:reginfo\" xmlns:gr=\"urn:ietf:params:xml:ns:gruuinfo\" "
            "version=\"0\" state=\"full\">\n"
            "<registration aor=\"sip:user@example.com\" id=\"" +
                id +
                "\" state=\"init\">\n"
                "</registration>\n</reginfo>\n");
}

// RFC 5628 §7, but for the ids and the GRUUs.
TEST_F(RegEventDocument, IsThatOfRfc5628) {
  Binding user =
      binding("<sip:user@192.0.2.1>;q=0.8;+sip.instance=\"<" + std::string{registrar::uuid} + ">\"");
  user.instance = registrar::uuid;
  user.epoch = 5;
  user.first_cseq = 54301;
  observe({user});
  const std::string text = write(0, 0, true).text;
  EXPECT_THAT(text,
              HasSubstr("state=\"active\" event=\"refreshed\" duration-registered=\"36001\" "
                        "expires=\"3599\" callid=\"1j9FpLxk3uxtm8tn@192.0.2.1\" cseq=\"54321\" "
                        "q=\"0.8\"><uri>sip:user@192.0.2.1</uri><unknown-param "
                        "name=\"+sip.instance\">&quot;&lt;urn:uuid:f81d4fae-7dec-11d0-a765-"
                        "00a0c91e6bf6&gt;&quot;</unknown-param><gr:pub-gruu "
                        "uri=\"sip:user@example.com;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6\"/>"
                        "<gr:temp-gruu uri=\"sip:"));
  EXPECT_THAT(text, HasSubstr(";gr\" first-cseq=\"54301\"/></contact>\n</registration>\n</reginfo>\n"));
  const std::string temporary = between(text, "<gr:temp-gruu uri=\"", "\"");
  const auto opened = gruus.open(registrar::uri_of(temporary));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->aor, "user@example.com");
  EXPECT_EQ(opened->instance, registrar::uuid);
  EXPECT_EQ(opened->epoch, 5U);
}

// RFC 5628 §5: "identical".
TEST_F(RegEventDocument, FlowsOfOneInstanceHaveTheSameGruus) {
  Binding a = binding("<sip:user@192.0.2.1>"), b = binding("<sip:user@192.0.2.2>");
  a.instance = registrar::other_uuid;
  b.instance = "urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF";
  observe({a, b});
  const std::string text = write(0, 0, true).text;
  const std::string temporary = between(text, "<gr:temp-gruu ", "/>");
  EXPECT_EQ(count(text, temporary), 2U);
  Binding other = binding("<sip:user@192.0.2.3>");
  other.instance = registrar::uuid;
  observe({other, a});
  const std::string two = write(0, 0, true).text;
  EXPECT_EQ(count(two, "<gr:temp-gruu "), 2U);
  EXPECT_EQ(count(two, between(two, "<gr:temp-gruu ", "/>")), 1U);
}

TEST_F(RegEventDocument, WithoutAnInstanceIdThereIsNoGruu) {
  observe({binding("<sip:user@192.0.2.1>")});
  EXPECT_THAT(write(0, 0, true).text, Not(HasSubstr("<gr:")));
}

TEST_F(RegEventDocument, TellsDisplayNameAndParameters) {
  observe({binding("\"J\\\"oe\" <sip:user@192.0.2.1;x=y?h=z>;methods=\"INVITE,BYE\";audio;expires=3;q=1")});
  EXPECT_THAT(write(0, 0, true).text,
              HasSubstr("q=\"1\"><uri>sip:user@192.0.2.1;x=y?h=z</uri><display-name>J&quot;oe</display-name>"
                        "<unknown-param name=\"methods\">&quot;INVITE,BYE&quot;</unknown-param>"
                        "<unknown-param name=\"audio\"></unknown-param></contact>"));
}

// RFC 3680 §5.1: expires "MAY be included with any event attribute value for which the state of the contact
// is active"; RFC 5627 §5.1: its GRUUs are gone, too.
TEST_F(RegEventDocument, AContactThatIsGoneHasNeitherExpiresNorGruus) {
  Binding user = binding("<sip:user@192.0.2.1>");
  user.instance = registrar::uuid;
  observe({user});
  now += 4000s;
  registration.expire(now);
  const std::string text = write(3, 1, false).text;
  EXPECT_THAT(text, HasSubstr("version=\"3\" state=\"partial\""));
  EXPECT_THAT(text, HasSubstr("state=\"terminated\">\n<contact"));
  EXPECT_THAT(text,
              HasSubstr("state=\"terminated\" event=\"expired\" duration-registered=\"39600\" callid="));
  EXPECT_THAT(text, Not(HasSubstr("expires=")));
  EXPECT_THAT(text, Not(HasSubstr("<gr:")));
}

TEST_F(RegEventDocument, APartialStateHasWhatHasChanged) {
  const Binding a = binding("<sip:a@192.0.2.1>"), b = binding("<sip:b@192.0.2.1>");
  observe({a});
  observe({a, b});
  const Document document = write(1, 1, false);
  EXPECT_THAT(document.text, HasSubstr("sip:b@192.0.2.1"));
  EXPECT_THAT(document.text, Not(HasSubstr("sip:a@192.0.2.1")));
  EXPECT_EQ(document.told, 2U);
}

// What was not told is told by the next document, and nothing twice.
TEST_F(RegEventDocument, AFullStateWithoutRoomIsToldInParts) {
  std::vector<Binding> bindings;
  for (int i = 0; i < 20; ++i) bindings.push_back(binding("<sip:u" + std::to_string(i) + "@192.0.2.1>"));
  observe(bindings);
  max_bytes = 1500;
  std::uint64_t told = 0;
  std::size_t contacts = 0;
  for (std::uint32_t version = 0; told < registration.changes(); ++version) {
    const Document document = write(version, told, version == 0);
    EXPECT_LE(document.text.size(), max_bytes);
    EXPECT_THAT(document.text, HasSubstr("state=\"partial\""));
    ASSERT_GT(document.told, told);
    contacts += count(document.text, "<contact ");
    told = document.told;
  }
  EXPECT_EQ(contacts, 20U);
}

TEST_F(RegEventDocument, AContactThatFitsIntoNoDocumentIsToldInBrief) {
  observe({binding("<sip:a@192.0.2.1>;x=\"" + std::string(2000, '&') + "\""), binding("<sip:b@192.0.2.1>")});
  max_bytes = 2000;
  const Document document = write(0, 0, true);
  EXPECT_LE(document.text.size(), max_bytes);
  EXPECT_THAT(document.text, HasSubstr("<uri>sip:a@192.0.2.1</uri></contact>"));
  EXPECT_THAT(document.text, HasSubstr("sip:b@192.0.2.1"));
  EXPECT_THAT(document.text, HasSubstr("state=\"full\""));
}

TEST_F(RegEventDocument, AContactThatFitsIntoNoneAtAllIsLeftOut) {
  observe({binding("<sip:" + std::string(2000, '&') + "@192.0.2.1>"), binding("<sip:b@192.0.2.1>")});
  max_bytes = 2000;
  const Document document = write(0, 0, true);
  EXPECT_EQ(count(document.text, "<contact "), 1U);
  EXPECT_EQ(document.told, 2U);
}

TEST_F(RegEventDocument, TheAorIsWrittenAsTheSubscriberSpellsIt) {
  aor = "sips:%75ser&co@EXAMPLE.com:5061;user=phone";
  observe({});
  EXPECT_THAT(write(0, 0, true).text, HasSubstr("aor=\"sips:%75ser&amp;co@EXAMPLE.com:5061\""));
}

class RegEventSubscription : public RegEventDocument {
 protected:
  std::string tell(bool full = false) {
    const sip::Uri uri = registrar::uri_of(aor);
    return subscription.tell(registration, full, {uri, gruus, max_bytes, now});
  }
  Subscription subscription{now, 100s};
};

// RFC 3680 §5.1: "Versions start at 0, and increment by one for each new document sent to a subscriber."
TEST_F(RegEventSubscription, CountsItsDocuments) {
  observe({binding("<sip:a@192.0.2.1>")});
  EXPECT_TRUE(subscription.is_behind(registration));
  EXPECT_THAT(tell(true), HasSubstr("version=\"0\" state=\"full\""));
  EXPECT_FALSE(subscription.is_behind(registration));
  EXPECT_THAT(tell(), HasSubstr("version=\"1\" state=\"partial\""));
  EXPECT_THAT(tell(true), HasSubstr("version=\"2\" state=\"full\""));
}

TEST_F(RegEventSubscription, BeginsWithWhatIsThereNow) {
  observe({binding("<sip:a@192.0.2.1>")});
  observe({});
  const std::string text = tell(true);
  EXPECT_THAT(text, HasSubstr("state=\"init\""));
  EXPECT_THAT(text, Not(HasSubstr("<contact ")));
  EXPECT_FALSE(subscription.is_behind(registration));
}

TEST_F(RegEventSubscription, BeginsInPartsWhenThereIsNoRoom) {
  std::vector<Binding> bindings;
  for (int i = 0; i < 5; ++i) bindings.push_back(binding("<sip:u" + std::to_string(i) + "@192.0.2.1>"));
  observe(bindings);
  max_bytes = 900;
  std::size_t contacts = count(tell(true), "<contact ");
  while (contacts < 5 && subscription.is_behind(registration)) contacts += count(tell(), "<contact ");
  EXPECT_EQ(contacts, 5U);
  EXPECT_FALSE(subscription.is_behind(registration));
}

TEST_F(RegEventSubscription, MayNotifyEachFiveSeconds) {
  observe({});
  EXPECT_LE(subscription.may_notify(), now);
  tell(true);
  EXPECT_EQ(subscription.may_notify(), now + 5s);
}

TEST_F(RegEventSubscription, LastsUntilItExpires) {
  EXPECT_EQ(subscription.left(now), 100s);
  EXPECT_EQ(subscription.left(now + 1ms), 100s);
  EXPECT_EQ(subscription.left(now + 101s), 0s);
  subscription.renew(now + 50s, 100s);
  EXPECT_EQ(subscription.expires(), now + 150s);
}

TEST_F(RegEventSubscription, TellsEverythingAfterADocumentThatWasMissed) {
  observe({binding("<sip:a@192.0.2.1>")});
  tell(true);
  subscription.missed();
  EXPECT_THAT(tell(), HasSubstr("state=\"full\""));
  EXPECT_THAT(tell(), HasSubstr("state=\"partial\""));
}

TEST_F(RegEventSubscription, TellsEverythingWhenItMissedChangesThatAreForgotten) {
  observe({binding("<sip:a@192.0.2.1>")});
  tell(true);
  for (int i = 0; i < 70; ++i) observe({binding("<sip:" + std::to_string(i) + "@192.0.2.1>")});
  const std::string text = tell();
  EXPECT_THAT(text, HasSubstr("state=\"full\""));
  EXPECT_THAT(text, HasSubstr("sip:69@192.0.2.1"));
}

}  // namespace
}  // namespace flowgate::reg_event
