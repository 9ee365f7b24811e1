#include "registrar/reg_event/authorization.h"

#include <gtest/gtest.h>

#include "site.h"

namespace flowgate::reg_event {
namespace {

using namespace std::chrono_literals;
using registrar::Binding;
using registrar::flow_from;
using registrar::Instant;
using registrar::Record;

const Instant now{1000h};
const Flow phone = flow_from(Protocol::udp, "192.0.2.1", 5060);
const Flow edge = flow_from(Protocol::udp, "198.51.100.7", 5060);
const Flow behind_edge = flow_from(Protocol::tcp, "192.0.2.9", 40000);

class RegEventAuthorization : public ::testing::Test {
 protected:
  // The URI of an edge whose user part is a token for the flow.
  static std::string route(FlowTokens& minting, const Flow& flow, bool registered = true) {
    std::string uri = "<sip:";
    minting.mint(flow, {Dialect::rfc, registered}, uri);
    return uri + "@198.51.100.7;lr>";
  }
  static Record record(const Flow& flow, std::string path = {}) {
    Record record;
    Binding& binding = record.bindings.emplace_back();
    binding.flow = flow;
    binding.path = std::move(path);
    binding.expires = now + 1s;
    return record;
  }
  Subscriber subscriber(const Flow& flow, int vias, const std::vector<std::string>& routes = {}) {
    std::string text = "SUBSCRIBE sip:alice@example.com SIP/2.0\r\n";
    for (int i = 0; i < vias; ++i) text += "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n";
    for (const std::string& each : routes) text += "Record-Route: " + each + "\r\n";
    text += "\r\n";
    return subscriber_of(*sip::Message::parse(text, {}), flow, tokens);
  }
  bool may(const Subscriber& subscriber, const Record& record, Instant when = now) {
    return may_watch(subscriber, record, when, tokens);
  }

  FlowTokens tokens{TokenKeys::from({registrar::token_key(1)})};
  FlowTokens others{TokenKeys::from({registrar::token_key(2)})};
  const std::string near = "<sip:198.51.100.7;lr>";
};

TEST_F(RegEventAuthorization, AUaMayWatchWhatIsRegisteredOverItsFlow) {
  EXPECT_TRUE(may(subscriber(phone, 1), record(phone)));
  EXPECT_FALSE(may(subscriber(flow_from(Protocol::udp, "192.0.2.1", 5061), 1), record(phone)));
  EXPECT_FALSE(may(subscriber(phone, 1), {}));
}

TEST_F(RegEventAuthorization, ARegistrationThatHasExpiredDoesNotCount) {
  EXPECT_FALSE(may(subscriber(phone, 1), record(phone), now + 1s));
}

// Whoever sends through a proxy shares its flow with all others that do.
TEST_F(RegEventAuthorization, NobodyIsTakenForTheProxyThatPassesHisRequestOn) {
  EXPECT_FALSE(may(subscriber(phone, 2), record(phone)));
}

TEST_F(RegEventAuthorization, AUaBehindAnEdgeMayWatchWhatIsRegisteredAlongItsPath) {
  const Record registered = record(edge, route(tokens, behind_edge));
  EXPECT_TRUE(may(subscriber(edge, 2, {near, route(tokens, behind_edge, false)}), registered));
  EXPECT_TRUE(may(subscriber(edge, 2, {route(tokens, behind_edge)}), registered));
}

TEST_F(RegEventAuthorization, ItsEdgeMustBeTheSameAndTheOnlyProxy) {
  const Record registered = record(edge, route(tokens, behind_edge));
  const std::vector<std::string> routes{near, route(tokens, behind_edge)};
  EXPECT_FALSE(may(subscriber(phone, 2, routes), registered));
  EXPECT_FALSE(may(subscriber(edge, 1, routes), registered));
  EXPECT_FALSE(may(subscriber(edge, 3, routes), registered));
  EXPECT_FALSE(may(subscriber(edge, 2, routes),
                   record(edge, route(tokens, behind_edge) + ", <sip:inner.example.com;lr>")));
}

// It stands above what the sender may have written himself.
TEST_F(RegEventAuthorization, OnlyTheFirstTokenIsThatOfTheEdge) {
  const Record registered = record(edge, route(tokens, behind_edge));
  EXPECT_FALSE(
      may(subscriber(edge, 2, {near, route(tokens, phone), route(tokens, behind_edge)}), registered));
  EXPECT_FALSE(may(subscriber(edge, 2, {near, near, route(tokens, behind_edge)}), registered));
}

TEST_F(RegEventAuthorization, TheTokensOfAnEdgeWithOtherKeysSayNothing) {
  const Record registered = record(edge, route(others, behind_edge));
  EXPECT_FALSE(may(subscriber(edge, 2, {near, route(others, behind_edge)}), registered));
  EXPECT_FALSE(may(subscriber(edge, 2, {near, near}), record(edge, near)));
}

}  // namespace
}  // namespace flowgate::reg_event
