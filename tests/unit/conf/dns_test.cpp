#include "conf/dns.h"

#include "tests/unit/conf/config_fixture.h"

namespace flowgate::conf {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

using DnsTest = ConfigTest;

TEST_F(DnsTest, IsThatOfTheSystemWhenNothingIsSaid) {
  const Dns dns = loaded_with("").dns;
  EXPECT_TRUE(dns.servers.empty());
  EXPECT_EQ(dns.timeout, milliseconds(2000));
  EXPECT_EQ(dns.tries, 2U);
  EXPECT_EQ(dns.set_aside, seconds(30));
}

TEST_F(DnsTest, IsAskedWhereAndAsOftenAsTheFileSays) {
  const Dns dns = loaded_with(
                      "dns: {servers: [\"127.0.0.1:5353\", \"[::1]:53\"], timeout_ms: 300, tries: 3, "
                      "set_aside_seconds: 5}\n")
                      .dns;
  EXPECT_EQ(dns.servers, (std::vector{*Endpoint::from("127.0.0.1", 5353), *Endpoint::from("::1", 53)}));
  EXPECT_EQ(dns.timeout, milliseconds(300));
  EXPECT_EQ(dns.tries, 3U);
  EXPECT_EQ(dns.set_aside, seconds(5));
}

TEST_F(DnsTest, RefusesWhatIsNoServer) {
  for (const std::string server :
       {"ns.example.com:53", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "::1:53", "[127.0.0.1]:53"}) {
    EXPECT_EQ(refusal_with("dns: {servers: [\"" + server + "\"]}\n"),
              "flowgate.yaml:2:17: dns.servers: expected ADDRESS:PORT, such as 127.0.0.1:53 or \"[::1]:53\", "
              "found '" +
                  server + "'");
  }
}

}  // namespace
}  // namespace flowgate::conf
