#include "conf/redis.h"

#include <fstream>

#include "tests/unit/conf/config_fixture.h"

namespace flowgate::conf {
namespace {

class RedisTest : public ConfigTest {
 protected:
  Registrar registrar(const std::string& url, const std::string& more = "") {
    return loaded_with("registrar:\n  store: \"" + url + "\"\n" + more).registrar;
  }
  Redis redis(const std::string& url, const std::string& more = "") {
    return std::get<Redis>(registrar(url, more).store);
  }
  std::string refused(const std::string& url, const std::string& more = "") {
    return refusal_with("registrar:\n  store: \"" + url + "\"\n" + more);
  }
  void write(const std::string& name, const std::string& text) { std::ofstream(folder / name) << text; }
};

TEST_F(RedisTest, AUrlSaysWhereAndWhichDatabase) {
  const Redis plain = redis("redis://10.0.0.1");
  EXPECT_EQ(plain.server, (RedisAddress{"10.0.0.1", 6379}));
  EXPECT_EQ(plain.database, 0U);
  EXPECT_FALSE(plain.tls);
  EXPECT_TRUE(plain.password.empty());
  const Redis full = redis("rediss://[2001:db8::1]:6380/3");
  EXPECT_EQ(full.server, (RedisAddress{"2001:db8::1", 6380}));
  EXPECT_EQ(full.database, 3U);
  EXPECT_TRUE(full.tls);
}

TEST_F(RedisTest, AUrlMayHoldAUserAndAPasswordEscaped) {
  const Redis both = redis("redis://flow:p%40%3Aw@redis.example.com:6379/0");
  EXPECT_EQ(both.user, "flow");
  EXPECT_EQ(both.password, "p@:w");
  EXPECT_EQ(both.server.host, "redis.example.com");
  const Redis password = redis("redis://:secret@redis.example.com");
  EXPECT_EQ(password.user, "");
  EXPECT_EQ(password.password, "secret");
}

TEST_F(RedisTest, ABadUrlIsRefusedAndNotShown) {
  const std::string refusal =
      "flowgate.yaml:3:10: registrar.store: expected redis://[USER:PASSWORD@]HOST:PORT/DB, or rediss:// for "
      "TLS, "
      "found a text that is not shown";
  for (const char* url :
       {"redis://", "redis:///0", "redis://:secret@/0", "redis://host:0/0", "redis://host/x",
        "redis://host/70000", "redis://user:@host", "redis://ho st/0", "redis://host:70000"}) {
    EXPECT_EQ(refused(url), refusal) << url;
  }
}

TEST_F(RedisTest, APasswordMayStandInAFile) {
  write("redis.password", "from a file\n");
  EXPECT_EQ(redis("redis://host/0", "  redis: {password_file: redis.password}\n").password, "from a file");
  EXPECT_EQ(refused("redis://:p@host/0", "  redis: {password_file: redis.password}\n"),
            "flowgate.yaml:4:26: registrar.redis.password_file: there is a password in registrar.store");
  write("empty", "\n");
  EXPECT_THAT(refused("redis://host/0", "  redis: {password_file: empty}\n"),
              testing::HasSubstr("the first line is empty"));
  EXPECT_THAT(refused("redis://host/0", "  redis: {password_file: missing}\n"),
              testing::HasSubstr("cannot read a password"));
}

TEST_F(RedisTest, SentinelsSayWhereTheMasterIs) {
  const Redis found =
      redis("redis://:secret@/1", "  redis: {sentinels: [10.0.0.1, \"[::1]:26380\"], master: sip}\n");
  EXPECT_EQ(found.sentinels, (std::vector<RedisAddress>{{"10.0.0.1", 26379}, {"::1", 26380}}));
  EXPECT_EQ(found.master, "sip");
  EXPECT_EQ(found.database, 1U);
  EXPECT_EQ(found.password, "secret");
  EXPECT_THAT(refused("redis://host/0", "  redis: {sentinels: [10.0.0.1], master: sip}\n"),
              testing::HasSubstr("the sentinels say where the master is"));
  EXPECT_EQ(refused("redis:///0", "  redis: {sentinels: [10.0.0.1]}\n"),
            "flowgate.yaml:4:22: registrar.redis.sentinels: master is missing: expected the name of the "
            "master there");
  EXPECT_EQ(refused("redis://host/0", "  redis: {master: sip}\n"),
            "flowgate.yaml:4:19: registrar.redis.master: is of no use without sentinels");
  EXPECT_THAT(refused("redis:///0", "  redis: {sentinels: [\"a:b\"], master: sip}\n"),
              testing::HasSubstr("expected HOST:PORT"));
}

TEST_F(RedisTest, TlsIsForRediss) {
  write("ca.pem", "x");
  EXPECT_EQ(redis("rediss://host/0", "  redis: {tls: {ca: ca.pem, server_name: redis.internal}}\n").tls_name,
            "redis.internal");
  EXPECT_EQ(refused("redis://host/0", "  redis: {tls: {ca: ca.pem}}\n"),
            "flowgate.yaml:4:16: registrar.redis.tls: is for rediss:// only");
  EXPECT_THAT(refused("rediss://host/0", "  redis: {tls: {ca: none.pem}}\n"),
              testing::HasSubstr("cannot be read"));
  EXPECT_THAT(refused("rediss://host/0", "  redis: {tls: {certificate: ca.pem}}\n"),
              testing::HasSubstr("expected both certificate and private_key"));
}

TEST_F(RedisTest, EveryLimitHasADefaultAndARange) {
  const Redis usual = redis("redis://host/0");
  EXPECT_EQ(usual.prefix, "flowgate:");
  EXPECT_EQ(usual.wait_replicas, 0U);
  EXPECT_EQ(usual.timeout, std::chrono::seconds{2});
  const Redis given =
      redis("redis://host/0",
            "  redis: {prefix: \"sip-1:\", wait_replicas: 1, wait_timeout_ms: 300, timeout_ms: 500, "
            "reconnect_min_ms: 10, reconnect_max_ms: 20, pending_commands: 7}\n");
  EXPECT_EQ(given.prefix, "sip-1:");
  EXPECT_EQ(given.wait_replicas, 1U);
  EXPECT_EQ(given.wait_timeout, std::chrono::milliseconds{300});
  EXPECT_EQ(given.timeout, std::chrono::milliseconds{500});
  EXPECT_EQ(given.reconnect_min, std::chrono::milliseconds{10});
  EXPECT_EQ(given.reconnect_max, std::chrono::milliseconds{20});
  EXPECT_EQ(given.pending_commands, 7U);
  EXPECT_THAT(refused("redis://host/0", "  redis: {reconnect_min_ms: 50, reconnect_max_ms: 20}\n"),
              testing::HasSubstr("expected a whole number from 50 to"));
  EXPECT_THAT(refused("redis://host/0", "  redis: {prefix: \"a*\"}\n"),
              testing::HasSubstr("expected letters"));
  EXPECT_THAT(refused("redis://host/0", "  redis: {pasword_file: x}\n"),
              testing::HasSubstr("did you mean 'password_file'?"));
}

TEST_F(RedisTest, ANodeIsNamedByItsUri) {
  EXPECT_EQ(registrar("redis://host/0", "  node: sip:10.0.0.1:5060\n").node, "sip:10.0.0.1:5060");
  EXPECT_EQ(registrar("redis://host/0").node, "");
  for (const char* node : {"alice@10.0.0.1", "sip:alice@10.0.0.1", "tel:1", "sip:h?a=b"}) {
    EXPECT_THAT(refused("redis://host/0", "  node: \"" + std::string(node) + "\"\n"),
                testing::HasSubstr("flowgate.yaml:4:9: registrar.node: expected a SIP URI of this host"));
  }
}

TEST_F(RedisTest, WithoutAStoreInRedisTheSectionIsRefused) {
  EXPECT_EQ(refusal_with("registrar: {redis: {wait_replicas: 1}}\n"),
            "flowgate.yaml:2:20: registrar.redis: is of no use without a store in Redis");
  EXPECT_EQ(refusal_with("registrar: {store: memory, node: sip:10.0.0.1}\n"),
            "flowgate.yaml:2:34: registrar.node: is of no use without a store in Redis");
}

}  // namespace
}  // namespace flowgate::conf
