#include "proxy/node.h"

#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

const Flow flow{Protocol::tls, endpoint("192.0.2.1", 5061), endpoint("198.51.100.1", 40000), 0x100};

LocalAddresses listening(std::vector<Listening> all) {
  return {std::move(all), {}};
}

TEST(Node, ItsRouteIsItsUriWithTheTokenAsUser) {
  const LocalAddresses local = listening({});
  EXPECT_EQ(route_to({"n", "sip:10.0.0.1:5060"}, local, flow, "token"), "<sip:token@10.0.0.1:5060;lr>");
  EXPECT_EQ(route_to({"n", "sip:n1.example.com;transport=tcp"}, local, flow, "token"),
            "<sip:token@n1.example.com;transport=tcp;lr>");
  EXPECT_EQ(route_to({"n", "sips:[2001:db8::1]"}, local, flow, "token"), "<sips:token@[2001:db8::1];lr>");
}

// Whatever the UA came over: no connection can be made to a WebSocket listener from here.
TEST(Node, WithoutAUriItIsReachedAtTheLocalAddressOfTheFlow) {
  const Node node{"n", ""};
  const Listening udp{Protocol::udp, endpoint("0.0.0.0", 5070)},
      tcp{Protocol::tcp, endpoint("192.0.2.1", 5080)}, tls{Protocol::tls, endpoint("192.0.2.1", 5061)},
      elsewhere{Protocol::udp, endpoint("10.9.9.9", 5060)};
  EXPECT_EQ(route_to(node, listening({tls, tcp, udp}), flow, "t"), "<sip:t@192.0.2.1:5070;lr>");
  EXPECT_EQ(route_to(node, listening({tls, tcp, elsewhere}), flow, "t"),
            "<sip:t@192.0.2.1:5080;transport=tcp;lr>");
  EXPECT_EQ(route_to(node, listening({tls}), flow, "t"), "<sip:t@192.0.2.1:5061;transport=tls;lr>");
}

TEST(Node, ItsTokensAreNotThoseOfAnother) {
  const TokenKeys shared = TokenKeys::from({TokenKey{1, {7}}, TokenKey{2, {8}}});
  FlowTokens west(token_keys_of({"west", ""}, shared)), again(token_keys_of({"west", ""}, shared)),
      east(token_keys_of({"east", ""}, shared)), edge(token_keys_of({}, shared)), plain(shared);
  std::string token, edges;
  west.mint(flow, {}, token);
  EXPECT_TRUE(again.verify(token));
  EXPECT_FALSE(east.verify(token));
  EXPECT_FALSE(plain.verify(token));
  edge.mint(flow, {}, edges);
  EXPECT_TRUE(plain.verify(edges));
}

}  // namespace
}  // namespace flowgate::proxy
