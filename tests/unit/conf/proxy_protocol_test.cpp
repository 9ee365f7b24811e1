#include "conf/proxy_protocol.h"

#include "tests/unit/conf/config_fixture.h"

namespace flowgate::conf {
namespace {

using ProxyProtocolTest = ConfigTest;

TEST_F(ProxyProtocolTest, WithoutTheSectionNobodyIsTrusted) {
  EXPECT_TRUE(loaded_with("").proxy_protocol.from.empty());
}

TEST_F(ProxyProtocolTest, TheBalancersAreAddressesAndPrefixes) {
  const ProxyProtocol proxy_protocol =
      loaded_with("proxy_protocol: {from: [10.0.0.0/8, \"fd00::/8\", 192.0.2.7]}\n").proxy_protocol;
  EXPECT_EQ(proxy_protocol.from,
            (std::vector{*AddressPrefix::from("10.0.0.0/8"), *AddressPrefix::from("fd00::/8"),
                         *AddressPrefix::from("192.0.2.7/32")}));
}

TEST_F(ProxyProtocolTest, RefusesWhatIsNoPrefix) {
  for (const std::string prefix : {"10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/", "fd00::/129",
                                   "balancer.example.com", "10.0.0.0/255.0.0.0", "192.0.2.7:5060", "[::1]"}) {
    EXPECT_EQ(refusal_with("proxy_protocol:\n  from: [192.0.2.7, \"" + prefix + "\"]\n"),
              "flowgate.yaml:3:21: proxy_protocol.from: expected an address or ADDRESS/LENGTH with no bit "
              "set behind the "
              "length, such as 192.0.2.7, 10.0.0.0/8 or \"fd00::/8\", found '" +
                  prefix + "'");
  }
}

TEST_F(ProxyProtocolTest, RefusesASectionThatTrustsNobody) {
  for (const std::string section :
       {"", " {}", " {from: }", " {from: []}", " {from: 10.0.0.0/8}", " {from: {a: b}}"}) {
    const std::string line = refusal_with("proxy_protocol:" + section + "\n");
    EXPECT_TRUE(line.starts_with("flowgate.yaml:2:")) << section << ": " << line;
    EXPECT_NE(line.find("proxy_protocol.from: "), std::string::npos) << line;
    EXPECT_NE(line.find("expected a list"), std::string::npos) << line;
  }
}

TEST_F(ProxyProtocolTest, RefusesAnUnknownKey) {
  EXPECT_EQ(refusal_with("proxy_protocol: {form: [10.0.0.0/8]}\n"),
            "flowgate.yaml:2:18: proxy_protocol: unknown key 'form'; did you mean 'from'?");
}

}  // namespace
}  // namespace flowgate::conf
