#include <gmock/gmock.h>

#include <filesystem>
#include <regex>

#include "tests/unit/conf/config_fixture.h"

namespace flowgate::conf {
namespace {

using testing::ElementsAre;

struct ShippedConfigurationTest : ConfigTest {
  const std::filesystem::path file =
      std::filesystem::path(__FILE__).parent_path() / "../../../conf/flowgate.yaml";
};

std::vector<std::size_t> numbers(const Limits& limits) {
  const sip::Limits& sip = limits.sip;
  return {sip.message_bytes,
          sip.header_bytes,
          sip.fields,
          sip.values,
          sip.params,
          sip.uri_bytes,
          limits.connections,
          limits.bindings_per_aor,
          limits.bindings,
          limits.contact_bytes,
          limits.transactions,
          limits.send_queue_bytes,
          limits.subscriptions,
          limits.subscriptions_per_aor,
          limits.pending_registrations};
}

std::vector<std::chrono::milliseconds> numbers(const Timers& timers) {
  return {timers.t1, timers.t2, timers.t4, timers.timer_c, timers.branch_timeout};
}

TEST_F(ShippedConfigurationTest, ItIsValidAndListensOnAllTransports) {
  const Config config = loaded(TemporaryFolder::read(file));
  EXPECT_THAT(config.domains, ElementsAre("example.com"));
  ASSERT_EQ(config.listen.size(), 3U);
  EXPECT_EQ(config.listen[0].text, "udp:0.0.0.0:5060");
  EXPECT_EQ(config.listen[1].text, "tcp:0.0.0.0:5060");
  EXPECT_EQ(config.listen[2].text, "tls:0.0.0.0:5061");
  EXPECT_EQ(config.tls.certificate.filename(), "dev-cert.pem");
  EXPECT_EQ(config.tls.private_key.filename(), "dev-key.pem");
  EXPECT_FALSE(config.registrar.users.has_value());
}

TEST_F(ShippedConfigurationTest, TheSettingsInItsCommentsAreTheDefaults) {
  const std::string text = TemporaryFolder::read(file);
  const std::string commented = std::regex_replace(
      text, std::regex("\n# (limits:|timers:|dns:|overload:|  [a-z0-9_]+: [0-9])"), "\n$1");
  ASSERT_THAT(commented, testing::HasSubstr("\nlimits:\n  message_bytes: 65535"));
  ASSERT_THAT(commented, testing::HasSubstr("\noverload:\n  max_delay_ms: 30"));
  ASSERT_THAT(commented, testing::HasSubstr("\ntimers:\n  t1_ms: 500"));
  const Config config = loaded(commented);
  const Config defaults = loaded_with("");
  EXPECT_EQ(numbers(config.limits), numbers(Limits{}));
  EXPECT_EQ(numbers(defaults.limits), numbers(Limits{}));
  EXPECT_EQ(numbers(config.timers), numbers(Timers{}));
  EXPECT_EQ(numbers(defaults.timers), numbers(Timers{}));
  EXPECT_EQ(config.overload.max_delay, Overload{}.max_delay);
  EXPECT_EQ(config.overload.min_retry_after, Overload{}.min_retry_after);
  EXPECT_EQ(config.overload.max_retry_after, Overload{}.max_retry_after);
  EXPECT_EQ(config.overload.udp_buffer_bytes, Overload{}.udp_buffer_bytes);
  EXPECT_EQ(config.dns.servers, Dns{}.servers);
  EXPECT_EQ(config.dns.timeout, Dns{}.timeout);
  EXPECT_EQ(config.dns.tries, Dns{}.tries);
  EXPECT_EQ(config.dns.set_aside, Dns{}.set_aside);
  EXPECT_EQ(config.registrar.default_expires, defaults.registrar.default_expires);
  EXPECT_EQ(config.registrar.min_expires, defaults.registrar.min_expires);
  EXPECT_EQ(config.registrar.max_expires, defaults.registrar.max_expires);
  EXPECT_EQ(config.edge.flow_timer, defaults.edge.flow_timer);
  EXPECT_EQ(config.flow_token_key_file, defaults.flow_token_key_file);
  EXPECT_EQ(config.threads, defaults.threads);
  EXPECT_EQ(config.pin_threads, defaults.pin_threads);
}

}  // namespace
}  // namespace flowgate::conf
