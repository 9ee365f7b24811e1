#include "registrar/reg_event/subscribe_request.h"

#include <gtest/gtest.h>

#include "site.h"

namespace flowgate::reg_event {
namespace {

using namespace std::chrono_literals;

class RegEventSubscribeRequest : public ::testing::Test {
 protected:
  boost::system::result<SubscribeRequest, registrar::Answer> read(const std::vector<std::string>& fields) {
    text = "SUBSCRIBE sip:alice@example.com SIP/2.0\r\n";
    for (const std::string& field : fields) text += field + "\r\n";
    text += "\r\n";
    const auto message = sip::Message::parse(text, {});
    asks = asks_for_reg(*message);
    return read_subscribe(*message, options);
  }
  int status(const std::vector<std::string>& fields) {
    const auto request = read(fields);
    return request ? 200 : request.error().status;
  }
  std::chrono::seconds duration(const std::string& field) { return read({"Event: reg", field})->duration; }

  std::string text;
  Options options;
  bool asks = false;
};

// RFC 6665 §8.2.1: compared octet by octet.
TEST_F(RegEventSubscribeRequest, AsksForRegIfThatIsTheEventType) {
  for (const std::string event : {"reg", "reg;id=1", " reg ; id=1"}) {
    EXPECT_EQ(status({"Event: " + event}), 200) << event;
    EXPECT_TRUE(asks);
  }
  for (const std::string event : {"presence", "Reg", "reg.winfo", "registration", "presence;x=reg", ""}) {
    EXPECT_EQ(status({"Event: " + event}), 489) << event;
    EXPECT_FALSE(asks);
  }
  EXPECT_EQ(status({}), 489);
}

TEST_F(RegEventSubscribeRequest, NotifiesRepeatTheEventAndItsId) {
  EXPECT_EQ(read({"Event: reg"})->event, "reg");
  EXPECT_EQ(read({"o: reg ; x=y ; ID=aB7"})->event, "reg;id=aB7");
  EXPECT_EQ(read({"Event: reg;;"})->event, "reg");
}

// RFC 3680 §4.4; RFC 6665 §4.2.1.1.
TEST_F(RegEventSubscribeRequest, LastsAsLongAsWasAskedWithinTheBounds) {
  EXPECT_EQ(duration("X: y"), 3761s);
  EXPECT_EQ(duration("Expires: 0"), 0s);
  EXPECT_TRUE(read({"Event: reg", "Expires: 0"})->ends());
  EXPECT_EQ(duration("Expires: 60"), 60s);
  EXPECT_EQ(duration("Expires: 7200"), 7200s);
  EXPECT_EQ(duration("Expires: 99999999999"), 7200s);
  EXPECT_EQ(status({"Event: reg", "Expires: 59"}), 423);
  EXPECT_EQ(status({"Event: reg", "Expires: x"}), 400);
  options.max_expires = 600s;
  EXPECT_EQ(duration("X: y"), 600s);
}

// "If and only if the expiration interval is [...] smaller than one hour".
TEST_F(RegEventSubscribeRequest, AnHourIsNeverTooBrief) {
  options.min_expires = 7200s;
  EXPECT_EQ(status({"Event: reg", "Expires: 3599"}), 423);
  EXPECT_EQ(duration("Expires: 3600"), 3600s);
}

// RFC 3261 §20.1: an empty Accept "means that no formats are acceptable".
TEST_F(RegEventSubscribeRequest, MustAcceptTheDocument) {
  EXPECT_EQ(status({"Event: reg", "Accept: text/plain", "Accept: */*;q=0.1"}), 200);
  EXPECT_EQ(status({"Event: reg", "Accept: text/plain"}), 406);
  EXPECT_EQ(status({"Event: reg", "Accept: "}), 406);
}

}  // namespace
}  // namespace flowgate::reg_event
