// The order and the outcome of the checks on a REGISTER: RFC 3261 §10.3, §20.10, RFC 3327 §5.3.
#include "registrar/register_request.h"

#include "site.h"

namespace flowgate::registrar {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RegisterRequestTest : public Site {};

const std::string contact = "Contact: <sip:alice@192.0.2.1>";

TEST_F(RegisterRequestTest, OptionTagsInRequireThatAreNotUnderstoodAreAnswered420WithUnsupported) {
  const Answer answer = send({.fields = {contact, "Require: path, foo", "Require: outbound, gruu, Bar"}});
  EXPECT_EQ(answer.status, 420);
  EXPECT_THAT(values(answer, "Unsupported"), ElementsAre("foo, Bar"));
  EXPECT_EQ(store.size(), 0);
}

TEST_F(RegisterRequestTest, UnderstandsGruuOutboundAndPath) {
  EXPECT_EQ(send({.fields = {contact, "Require: gruu,OUTBOUND", "Require: path"}}).status, 200);
}

TEST_F(RegisterRequestTest, AnAorThatIsNotValidForTheDomainIsAnswered404) {
  EXPECT_EQ(send({.to = "<sip:alice@example.org>", .fields = {contact}}).status, 404);
  EXPECT_EQ(send({.to = "<sip:example.com>", .fields = {contact}}).status, 404);
  only("bob");
  EXPECT_EQ(send({.fields = {contact}}).status, 404);
  EXPECT_EQ(send({.to = "<sip:bob@example.com>", .fields = {contact}}).status, 200);
}

TEST_F(RegisterRequestTest, AToOfAnotherSchemeIsAnswered400) {
  EXPECT_EQ(send({.to = "<tel:+12015550123>", .fields = {contact}}).status, 400);
  EXPECT_EQ(send({.to = "<sip:>", .fields = {contact}}).status, 400);
}

// sipsak and linphone send no angle brackets, Zoiper puts its transport into the To.
TEST_F(RegisterRequestTest, TheToMayHaveNoBracketsAndParameters) {
  EXPECT_EQ(send({.to = "sip:alice@example.com", .fields = {contact}}).status, 200);
  EXPECT_EQ(send({.to = "\"A, B\" <sip:alice@example.com;transport=UDP>;x=y", .cseq = 2, .fields = {contact}})
                .status,
            200);
  EXPECT_EQ(store.size(), 1);
}

TEST_F(RegisterRequestTest, ARegisterMayComeFromAThirdParty) {
  EXPECT_EQ(send({.to = "<sip:bob@example.com>", .fields = {contact}}).status, 200);
  EXPECT_THAT(targets("sip:bob@example.com"), ElementsAre("sip:alice@192.0.2.1"));
}

// §10.3 (6): "If the request has additional Contact header field values or an expiration time other than
// zero, the request is invalid, and the server MUST return a 400".
TEST_F(RegisterRequestTest, AStarStandsAloneAndWithExpires0) {
  send({.fields = {contact}});
  EXPECT_EQ(send({.cseq = 2, .fields = {"Contact: *"}}).status, 400);
  EXPECT_EQ(send({.cseq = 2, .fields = {"Contact: *", "Expires: 60"}}).status, 400);
  EXPECT_EQ(send({.cseq = 2, .fields = {"Contact: *, <sip:alice@192.0.2.1>", "Expires: 0"}}).status, 400);
  EXPECT_EQ(send({.cseq = 2, .fields = {contact, "Contact: *", "Expires: 0"}}).status, 400);
  EXPECT_EQ(send({.cseq = 2, .fields = {"Contact: *", "Contact: *", "Expires: 0"}}).status, 400);
  EXPECT_EQ(send({.cseq = 2, .fields = {"Contact: *;expires=0"}}).status, 400);
  EXPECT_EQ(store.size(), 1);
  EXPECT_EQ(send({.cseq = 2, .fields = {"Contact: *", "Expires: 0"}}).status, 200);
  EXPECT_EQ(store.size(), 0);
}

class RegisterExpires : public RegisterRequestTest {
 public:
  // What a Contact with these parameters is granted.
  std::string granted(const std::string& params, std::vector<std::string> fields = {}) {
    fields.push_back(contact + params);
    const Answer answer = send({.cseq = ++cseq_, .fields = fields});
    if (answer.status != 200) return std::to_string(answer.status);
    return contacts(answer).at(0).substr(contact.size() - 9);
  }

 private:
  std::uint32_t cseq_ = 0;
};

// §10.2.1.1, §10.3 (7)
TEST_F(RegisterExpires, TheParameterGoesBeforeTheHeaderFieldAndThatBeforeTheDefault) {
  EXPECT_EQ(granted(";expires=600", {"Expires: 700"}), ";expires=600");
  EXPECT_EQ(granted("", {"Expires: 700"}), ";expires=700");
  EXPECT_EQ(granted(""), ";expires=3600");
}

// §20.10: "Malformed values SHOULD be treated as equivalent to 3600", our default.
TEST_F(RegisterExpires, AMalformedValueCountsAsTheDefault) {
  options.default_expires = 1800s;
  EXPECT_EQ(granted(";expires=soon", {"Expires: 700"}), ";expires=1800");
  EXPECT_EQ(granted(";expires", {"Expires: 700"}), ";expires=1800");
  EXPECT_EQ(granted(";expires=-1"), ";expires=1800");
  EXPECT_EQ(granted("", {"Expires: Thu, 01 Dec 2040 16:00:00 GMT"}), ";expires=1800");
}

TEST_F(RegisterExpires, TheRegistrarMayLowerIt) {
  EXPECT_EQ(granted(";expires=7201"), ";expires=7200");
  EXPECT_EQ(granted(";expires=4294967295"), ";expires=7200");
  EXPECT_EQ(granted(";expires=99999999999999999999"), ";expires=7200");
}

TEST_F(RegisterExpires, TooBriefAnIntervalIsAnswered423WithMinExpiresAndNothingChanges) {
  const Answer answer = send({.fields = {"Contact: <sip:a@192.0.2.1>, <sip:b@192.0.2.1>;expires=59"}});
  EXPECT_EQ(answer.status, 423);
  EXPECT_THAT(values(answer, "Min-Expires"), ElementsAre("60"));
  EXPECT_EQ(store.size(), 0);
  EXPECT_EQ(granted("", {"Expires: 1"}), "423");
  EXPECT_EQ(granted(";expires=60"), ";expires=60");
}

// §10.3 (7): "If and only if the requested expiration interval is greater than zero AND smaller than one
// hour".
TEST_F(RegisterExpires, AnHourIsNeverTooBrief) {
  options.min_expires = 7200s;
  EXPECT_EQ(granted(";expires=3599"), "423");
  EXPECT_EQ(granted(";expires=3600"), ";expires=3600");
}

// §20.10, §25.1: qvalue
TEST_F(RegisterRequestTest, AQIsBetween0And1WithThreeDecimals) {
  for (const char* good : {"0", "1", "0.", "1.", "0.5", "0.123", "1.000"}) {
    EXPECT_EQ(send({.call_id = good, .fields = {contact + ";q=" + good}}).status, 200) << good;
  }
  for (const char* bad : {"", "2", "1.001", "0.1234", "-1", ".5", "0,5", "0.x", "00", "1e0"}) {
    EXPECT_EQ(send({.call_id = "bad", .fields = {contact + ";q=" + bad}}).status, 400) << bad;
  }
  send({.call_id = "q", .fields = {contact + ";q=0.25"}});
  EXPECT_EQ(binding().q_milli, 250);
}

TEST_F(RegisterRequestTest, AContactThatCannotBeReadIsAnswered400) {
  EXPECT_EQ(send({.fields = {"Contact: <sip:alice@192.0.2.1"}}).status, 400);
  EXPECT_EQ(send({.fields = {contact, "Contact: ???"}}).status, 400);
  EXPECT_EQ(store.size(), 0);
}

TEST_F(RegisterRequestTest, AnOverlongInstanceIdIsAnswered400) {
  const auto with_instance = [](std::size_t size) {
    return contact + ";+sip.instance=\"<urn:x:" + std::string(size - 6, 'i') + ">\"";
  };
  EXPECT_EQ(send({.fields = {with_instance(257)}}).status, 400);
  EXPECT_EQ(send({.fields = {with_instance(256)}}).status, 200);
}

// RFC 3261 §10.2.1: "a UA MAY use any URI scheme". It is listed, and no request goes there.
TEST_F(RegisterRequestTest, AContactMayHaveAnyScheme) {
  const Answer answer = send({.fields = {"Contact: <mailto:alice@example.org>, <tel:+12015550123>;q=0.5"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(values(answer, "Contact"), ElementsAre("<mailto:alice@example.org>;expires=3600",
                                                     "<tel:+12015550123>;q=0.5;expires=3600"));
  EXPECT_EQ(locate("sip:alice@example.com").status, 480);
  EXPECT_EQ(send({.cseq = 2, .fields = {contact}}).status, 200);
  EXPECT_EQ(locate("sip:alice@example.com").targets.size(), 1U);
}

// RFC 5627 §5.1
TEST_F(RegisterRequestTest, AContactOfAnInstanceThatIsNotASipUriIsAnswered403) {
  const std::string instance = ";+sip.instance=\"<" + std::string(uuid) + ">\"";
  EXPECT_EQ(send({.fields = {"Contact: <mailto:alice@example.com>" + instance}}).status, 403);
}

// RFC 5627 §5.1: "since this would cause a routing loop".
TEST_F(RegisterRequestTest, AContactThatIsTheAorIsAnswered403) {
  EXPECT_EQ(send({.fields = {"Contact: <sip:alice@example.com>"}}).status, 403);
  EXPECT_EQ(send({.fields = {"Contact: <sips:%61lice@EXAMPLE.COM:5060;transport=tcp>"}}).status, 403);
  EXPECT_EQ(send({.fields = {"Contact: <sip:alice@example.com:40000>"}}).status, 200);
  EXPECT_EQ(send({.cseq = 2, .fields = {"Contact: <sip:bob@example.com>"}}).status, 200);
}

TEST_F(RegisterRequestTest, AContactUriHasAtMost32Parameters) {
  std::string uri = "sip:alice@192.0.2.1";
  for (int i = 1; i <= 32; ++i) uri += ";p" + std::to_string(i);
  EXPECT_EQ(send({.fields = {"Contact: <" + uri + ";p33>"}}).status, 400);
  EXPECT_EQ(send({.fields = {"Contact: <" + uri + ">"}}).status, 200);
}

TEST_F(RegisterRequestTest, AllBindingsMayComeAndGoAtOnce) {
  std::string fields = "Contact: <sip:1@h>";
  for (std::size_t i = 2; i <= options.max_bindings; ++i) fields += ", <sip:" + std::to_string(i) + "@h>";
  EXPECT_EQ(send({.fields = {fields}}).status, 200);
  EXPECT_EQ(store.size(), options.max_bindings);
  EXPECT_EQ(send({.cseq = 2, .fields = {fields, "Expires: 0"}}).status, 200);
  EXPECT_EQ(store.size(), 0);
}

TEST_F(RegisterRequestTest, NoMoreContactsThanThereMayBeBindings) {
  options.max_bindings = 3;
  EXPECT_EQ(send({.fields = {"Contact: <sip:a@h>, <sip:b@h>, <sip:c@h>, <sip:d@h>"}}).status, 403);
  EXPECT_EQ(store.size(), 0);
  EXPECT_EQ(send({.fields = {"Contact: <sip:a@h>, <sip:b@h>, <sip:c@h>"}}).status, 200);
}

// RFC 3327 §5.3: "The registrar copies the Path header field values into a Path header field in the
// successful (200 class) REGISTER response."
TEST_F(RegisterRequestTest, ThePathIsStoredInOrderAndEchoed) {
  const Answer answer =
      send({.fields = {contact, "Supported: path", "Path: <sip:p3.example.com;lr>,<sip:p2.example.com;lr>",
                       "Path: <sip:p1.example.org;lr>"}});
  const std::string path = "<sip:p3.example.com;lr>, <sip:p2.example.com;lr>, <sip:p1.example.org;lr>";
  EXPECT_THAT(values(answer, "Path"), ElementsAre(path));
  EXPECT_EQ(binding().path, path);
  EXPECT_EQ(locate("sip:alice@example.com").targets.at(0).path, path);
}

// RFC 3327 §5.3: "some registrars MAY choose to support the extension in the absence of a Supported header
// field value".
TEST_F(RegisterRequestTest, APathIsHonouredWithoutSupportedPath) {
  const Answer answer = send({.fields = {contact, "Path: <sip:p1.example.org;lr>"}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(values(answer, "Path"), ElementsAre("<sip:p1.example.org;lr>"));
  EXPECT_EQ(binding().path, "<sip:p1.example.org;lr>");
}

TEST_F(RegisterRequestTest, APathThatIsNoListOfSipUrisIsAnswered400) {
  EXPECT_EQ(send({.fields = {contact, "Path: <tel:+1201>"}}).status, 400);
  EXPECT_EQ(send({.fields = {contact, "Path: <sip:p1.example.org;lr>, ???"}}).status, 400);
  EXPECT_EQ(store.size(), 0);
}

TEST_F(RegisterRequestTest, ThereIsNoPathInTheAnswerWithoutOneInTheRequest) {
  EXPECT_THAT(values(send({.fields = {contact}}), "Path"), IsEmpty());
}

}  // namespace
}  // namespace flowgate::registrar
