#include "conf/websocket.h"

#include <gmock/gmock.h>

#include "tests/unit/conf/config_fixture.h"

namespace flowgate::conf {
namespace {

using testing::ElementsAre;
using WebSocketTest = ConfigTest;

TEST_F(WebSocketTest, WithoutTheSectionEveryOriginMayConnectAndPingsAreSent) {
  const WebSocket websocket = loaded_with("").websocket;
  EXPECT_TRUE(websocket.origins.empty());
  EXPECT_EQ(websocket.ping, std::chrono::seconds(30));
}

TEST_F(WebSocketTest, OriginsAreKeptInLowerCase) {
  const WebSocket websocket =
      loaded_with("websocket: {origins: [\"https://Phone.example.com:8443\", none], ping_seconds: 0}\n")
          .websocket;
  EXPECT_THAT(websocket.origins, ElementsAre("https://phone.example.com:8443", "none"));
  EXPECT_EQ(websocket.ping, std::chrono::seconds(0));
}

// What answers nothing within the flow timer counts as gone.
TEST_F(WebSocketTest, PingsWithinTheFlowTimer) {
  EXPECT_EQ(loaded_with("edge: {flow_timer: 20}\n").websocket.ping, std::chrono::seconds(20));
  EXPECT_EQ(loaded_with("edge: {flow_timer: 20}\nwebsocket: {ping_seconds: 10}\n").websocket.ping,
            std::chrono::seconds(10));
  EXPECT_EQ(loaded_with("edge: {flow_timer: 20}\nwebsocket: {ping_seconds: 0}\n").websocket.ping,
            std::chrono::seconds(0));
}

TEST_F(WebSocketTest, RefusesWhatIsNoOrigin) {
  for (const std::string origin :
       {"phone.example.com", "https://", "https://phone.example.com/", "https://a/b", "https://*", "://a"}) {
    EXPECT_EQ(refusal_with("websocket: {origins: [\"" + origin + "\"]}\n"),
              "flowgate.yaml:2:23: websocket.origins: expected the scheme and host of a page, such as "
              "\"https://phone.example.com\", or none for clients that are no browser, found '" +
                  origin + "'");
  }
}

TEST_F(WebSocketTest, RefusesAnEmptyList) {
  EXPECT_TRUE(
      refusal_with("websocket: {origins: []}\n").starts_with("flowgate.yaml:2:22: websocket.origins: "));
}

}  // namespace
}  // namespace flowgate::conf
