#include "conf/config.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "tests/unit/conf/config_fixture.h"

namespace flowgate::conf {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;

TEST_F(ConfigTest, OnlyDomainsIsRequiredAndTheRestHasDefaults) {
  const Config config = loaded("domains: [example.com, Example.org]\n");
  EXPECT_THAT(config.roles, ElementsAre(Role::edge, Role::registrar));
  EXPECT_THAT(config.domains, ElementsAre("example.com", "Example.org"));
  ASSERT_EQ(config.listen.size(), 2U);
  EXPECT_EQ(config.listen[0].text, "udp:0.0.0.0:5060");
  EXPECT_EQ(config.listen[1].text, "tcp:0.0.0.0:5060");
  EXPECT_EQ(config.listen[1].protocol, Protocol::tcp);
  EXPECT_EQ(config.listen[1].local, *Endpoint::from("0.0.0.0", 5060));
  EXPECT_TRUE(config.tls.certificate.empty());
  EXPECT_EQ(config.registrar.digest.realm, "example.com");
  EXPECT_THAT(config.registrar.digest.algorithms, ElementsAre(DigestAlgorithm::sha256, DigestAlgorithm::md5));
  EXPECT_EQ(config.registrar.default_expires, seconds(3600));
  EXPECT_EQ(config.registrar.min_expires, seconds(60));
  EXPECT_EQ(config.registrar.max_expires, seconds(7200));
  EXPECT_EQ(config.edge.flow_timer, seconds(120));
  EXPECT_EQ(config.flow_token_key_file, folder / "flowtoken.key");
  EXPECT_EQ(config.threads, 0U);
  EXPECT_TRUE(config.pin_threads);
  EXPECT_EQ(config.limits.sip.message_bytes, 65535U);
  EXPECT_EQ(config.limits.sip.header_bytes, 32768U);
  EXPECT_EQ(config.limits.sip.fields, 256U);
  EXPECT_EQ(config.limits.sip.values, 128U);
  EXPECT_EQ(config.limits.sip.params, 64U);
  EXPECT_EQ(config.limits.sip.uri_bytes, 4096U);
  EXPECT_EQ(config.limits.connections, 100'000U);
  EXPECT_EQ(config.limits.bindings_per_aor, 32U);
  EXPECT_EQ(config.limits.bindings, 4'000'000U);
  EXPECT_EQ(config.limits.contact_bytes, 4096U);
  EXPECT_EQ(config.limits.transactions, 1'000'000U);
  EXPECT_EQ(config.limits.send_queue_bytes, 1'048'576U);
  EXPECT_EQ(config.timers.t1, milliseconds(500));
  EXPECT_EQ(config.timers.t2, milliseconds(4000));
  EXPECT_EQ(config.timers.t4, milliseconds(5000));
  EXPECT_EQ(config.timers.timer_c, seconds(185));
  EXPECT_EQ(config.timers.branch_timeout, milliseconds(5'000));
}

TEST_F(ConfigTest, EveryKeyIsRead) {
  folder.write("cert.pem", "c");
  folder.write("key.pem", "k");
  const Config config = loaded(R"(
roles: [registrar]
domains: [example.com]
listen: [udp:127.0.0.1:5070, tls:127.0.0.1:5071]
tls: {certificate: cert.pem, private_key: key.pem}
registrar:
  store: memory
  authentication: none
  realm: a realm
  algorithms: [MD5, SHA-256]
  default_expires: 600
  min_expires: 30
  max_expires: 900
edge: {flow_timer: 25}
flow_token: {key_file: /tmp/keys}
threads: 3
pin_threads: false
limits:
  message_bytes: 20000
  header_bytes: 10000
  fields: 100
  values: 50
  params: 20
  uri_bytes: 1000
  connections: 11
  bindings_per_aor: 12
  bindings: 5000
  contact_bytes: 1024
  transactions: 13
  send_queue_bytes: 30000
timers:
  t1_ms: 100
  t2_ms: 800
  t4_ms: 900
  timer_c_seconds: 200
  branch_timeout_ms: 3000
)");
  EXPECT_THAT(config.roles, ElementsAre(Role::registrar));
  EXPECT_FALSE(config.has(Role::edge));
  EXPECT_EQ(config.tls.certificate, folder / "cert.pem");
  EXPECT_EQ(config.tls.private_key, folder / "key.pem");
  EXPECT_EQ(config.registrar.digest.realm, "a realm");
  EXPECT_THAT(config.registrar.digest.algorithms, ElementsAre(DigestAlgorithm::md5, DigestAlgorithm::sha256));
  EXPECT_EQ(config.registrar.default_expires, seconds(600));
  EXPECT_EQ(config.registrar.min_expires, seconds(30));
  EXPECT_EQ(config.registrar.max_expires, seconds(900));
  EXPECT_EQ(config.edge.flow_timer, seconds(25));
  EXPECT_EQ(config.flow_token_key_file, "/tmp/keys");
  EXPECT_EQ(config.threads, 3U);
  EXPECT_FALSE(config.pin_threads);
  EXPECT_EQ(config.limits.sip.message_bytes, 20'000U);
  EXPECT_EQ(config.limits.sip.header_bytes, 10'000U);
  EXPECT_EQ(config.limits.sip.fields, 100U);
  EXPECT_EQ(config.limits.sip.values, 50U);
  EXPECT_EQ(config.limits.sip.params, 20U);
  EXPECT_EQ(config.limits.sip.uri_bytes, 1000U);
  EXPECT_EQ(config.limits.connections, 11U);
  EXPECT_EQ(config.limits.bindings_per_aor, 12U);
  EXPECT_EQ(config.limits.bindings, 5000U);
  EXPECT_EQ(config.limits.contact_bytes, 1024U);
  EXPECT_EQ(config.limits.transactions, 13U);
  EXPECT_EQ(config.limits.send_queue_bytes, 30'000U);
  EXPECT_EQ(config.timers.t1, milliseconds(100));
  EXPECT_EQ(config.timers.t2, milliseconds(800));
  EXPECT_EQ(config.timers.t4, milliseconds(900));
  EXPECT_EQ(config.timers.timer_c, seconds(200));
  EXPECT_EQ(config.timers.branch_timeout, milliseconds(3000));
}

TEST_F(ConfigTest, PathsAreRelativeToTheFileWhereverTheProcessRuns) {
  const auto file =
      folder.write("flowgate.yaml", "domains: [example.com]\nflow_token: {key_file: sub/../keys}\n");
  const auto relative = std::filesystem::relative(file);
  EXPECT_EQ(std::filesystem::weakly_canonical(load(relative).flow_token_key_file),
            std::filesystem::weakly_canonical(folder / "keys"));
  EXPECT_TRUE(load(relative).flow_token_key_file.is_absolute());
}

TEST_F(ConfigTest, AMissingFileIsNamedAsGiven) {
  try {
    load("no-such-folder/flowgate.yaml");
    FAIL() << "a missing file was loaded";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "no-such-folder/flowgate.yaml: cannot be read: No such file or directory");
  }
}

TEST_F(ConfigTest, UnknownKeysAreRefusedAtEveryLevel) {
  EXPECT_EQ(refusal_with("lisen: []\n"), "flowgate.yaml:2:1: unknown key 'lisen'; did you mean 'listen'?");
  EXPECT_EQ(refusal_with("tls: {cert: x}\n"), "flowgate.yaml:2:7: tls: unknown key 'cert'");
  EXPECT_EQ(refusal_with("registrar: {user: x}\n"),
            "flowgate.yaml:2:13: registrar: unknown key 'user'; did you mean 'users'?");
  EXPECT_EQ(refusal_with("edge: {flow_timers: 1}\n"),
            "flowgate.yaml:2:8: edge: unknown key 'flow_timers'; did you mean 'flow_timer'?");
  EXPECT_EQ(refusal_with("flow_token: {keyfile: x}\n"),
            "flowgate.yaml:2:14: flow_token: unknown key 'keyfile'; did you mean 'key_file'?");
  EXPECT_EQ(refusal_with("admin: {port: 1}\n"), "flowgate.yaml:2:9: admin: unknown key 'port'");
  EXPECT_EQ(refusal_with("limits: {field: 1}\n"),
            "flowgate.yaml:2:10: limits: unknown key 'field'; did you mean 'fields'?");
  EXPECT_EQ(refusal_with("timers: {t3_ms: 1}\n"),
            "flowgate.yaml:2:10: timers: unknown key 't3_ms'; did you mean 't1_ms'?");
}

TEST_F(ConfigTest, AnEmptySectionIsLikeNone) {
  const Config config = loaded_with("registrar:\nedge: {}\ntls:\n");
  EXPECT_EQ(config.registrar.min_expires, seconds(60));
}

TEST_F(ConfigTest, MetricsAreAtAnAddressAndAPort) {
  EXPECT_FALSE(loaded_with("").admin);
  EXPECT_EQ(loaded_with("admin: {listen: 127.0.0.1:9060}\n").admin, Endpoint::from("127.0.0.1", 9060));
  EXPECT_EQ(loaded_with("admin: {listen: \"[::1]:0\"}\n").admin, Endpoint::from("::1", 0));
  for (const std::string bad : {"9060", "localhost:9060", "127.0.0.1:65536"}) {
    EXPECT_EQ(refusal_with("admin: {listen: " + bad + "}\n"),
              "flowgate.yaml:2:17: admin.listen: expected ADDRESS:PORT, such as 127.0.0.1:9060 or "
              "\"[::1]:9060\", found '" +
                  bad + "'");
  }
}

TEST_F(ConfigTest, MetricsHaveAnAddressOfTheirOwn) {
  const auto refused = [this](const std::string& listener, const std::string& admin) {
    return refusal_with("listen: [\"" + listener + "\"]\nadmin: {listen: \"" + admin + "\"}\n");
  };
  EXPECT_EQ(refused("tcp:127.0.0.1:5060", "127.0.0.1:5060"),
            "flowgate.yaml:3:17: admin.listen: expected an address of its own: 'tcp:127.0.0.1:5060' listens "
            "there, found '127.0.0.1:5060'");
  EXPECT_NE(refused("ws:0.0.0.0:80", "127.0.0.1:80"), "");
  EXPECT_NE(refused("ws:127.0.0.1:80", "0.0.0.0:80"), "");
  EXPECT_NE(refused("ws:[::1]:80", "[::]:80"), "");
  EXPECT_NE(refused("ws:127.0.0.1:80", "[::]:80"), "") << "HTTP over IPv4 as well";
  EXPECT_EQ(refused("ws:[::]:80", "127.0.0.1:80"), "");
  EXPECT_EQ(refused("ws:127.0.0.1:80", "127.0.0.2:80"), "");
  EXPECT_EQ(refused("ws:127.0.0.1:80", "127.0.0.1:81"), "");
  EXPECT_EQ(refused("udp:127.0.0.1:5060", "127.0.0.1:5060"), "");
  EXPECT_EQ(refused("tcp:127.0.0.1:0", "127.0.0.1:0"), "");
  EXPECT_EQ(refused("tcp:127.0.0.1:0", "[::]:0"), "");
  EXPECT_NE(refusal_with("admin: {listen: 127.0.0.1:5060}\n"), "") << "where tcp listens if nothing is said";
}

TEST_F(ConfigTest, RolesAreEdgeAndRegistrar) {
  EXPECT_EQ(refusal_with("roles: [edge, proxy]\n"),
            "flowgate.yaml:2:15: roles: expected edge or registrar, found 'proxy'");
  EXPECT_EQ(refusal_with("roles: [edge, edge]\n"), "flowgate.yaml:2:15: roles: 'edge' stands twice");
  EXPECT_EQ(refusal_with("roles: []\n"),
            "flowgate.yaml:2:8: roles: expected a list of edge and registrar, found an empty list");
  EXPECT_EQ(refusal_with("roles: registrar\n"),
            "flowgate.yaml:2:8: roles: expected a list of edge and registrar, found 'registrar'");
}

TEST_F(ConfigTest, AnEdgeAloneNeedsItsNextHop) {
  const Config config =
      loaded("domains: [example.com]\nroles: [edge]\nedge: {next_hop: \"sip:core.example.com;lr\"}\n");
  EXPECT_EQ(config.edge.next_hop, "sip:core.example.com;lr");
  EXPECT_FALSE(config.has(Role::registrar));
  EXPECT_EQ(refusal_with("roles: [edge]\n"),
            "flowgate.yaml:1:1: edge: next_hop is missing: an edge that is no registrar needs to know where "
            "requests go");
  EXPECT_EQ(
      refusal_with("edge: {next_hop: core.example.com}\n"),
      "flowgate.yaml:2:18: edge.next_hop: expected a SIP URI, such as \"sip:core.example.com;lr\", found "
      "'core.example.com'");
}

TEST_F(ConfigTest, TheEdgeHasDefaults) {
  const Config config = loaded("domains: [example.com]\n");
  EXPECT_EQ(config.edge.next_hop, "");
  EXPECT_EQ(config.edge.flow_timer, std::chrono::seconds{120});
  EXPECT_EQ(config.edge.grace, std::chrono::seconds{30});
  EXPECT_EQ(loaded("domains: [example.com]\nedge: {flow_timer: 20}\n").edge.grace, std::chrono::seconds{5});
  EXPECT_FALSE(config.edge.stun_parameter);
  EXPECT_TRUE(loaded("domains: [example.com]\nedge: {stun_parameter: true}\n").edge.stun_parameter);
  EXPECT_EQ(refusal_with("edge: {stun_parameter: yes}\n"),
            "flowgate.yaml:2:24: edge.stun_parameter: expected true or false, found 'yes'");
}

TEST_F(ConfigTest, HostNamesAreNames) {
  EXPECT_THAT(loaded("domains: [example.com]\nhost_names: [edge1.example.com]\n").host_names,
              ElementsAre("edge1.example.com"));
  EXPECT_EQ(refusal_with("host_names: [a.example, A.example]\n"),
            "flowgate.yaml:2:25: host_names: 'A.example' stands twice");
}

TEST_F(ConfigTest, DomainsAreHostNamesOrIpv4Addresses) {
  EXPECT_THAT(loaded("domains: [a.example, 192.0.2.1, localhost]\n").domains,
              ElementsAre("a.example", "192.0.2.1", "localhost"));
  for (const std::string bad : {"example.com:5060", "sip:example.com", "a b", "alice@example.com", "[::1]",
                                "example.com;lr", "-", "a..b"}) {
    EXPECT_EQ(refusal("domains: ['" + bad + "']\n"),
              "flowgate.yaml:1:11: domains: expected a domain, such as example.com, found '" + bad + "'");
  }
  EXPECT_EQ(refusal("domains: [example.com, EXAMPLE.com]\n"),
            "flowgate.yaml:1:24: domains: 'EXAMPLE.com' stands twice");
  const std::string missing =
      "flowgate.yaml:1:1: domains: is missing: expected a list of the domains to serve, such as "
      "[example.com]";
  EXPECT_EQ(refusal("threads: 1\n"), missing);
  EXPECT_EQ(refusal(""), missing);
  EXPECT_EQ(refusal("domains:\n"),
            "flowgate.yaml:1:1: domains: expected a list of domains, such as [example.com], found nothing");
  EXPECT_EQ(refusal("just text\n"),
            "flowgate.yaml:1:1: expected a mapping of keys to values, found 'just text'");
}

TEST_F(ConfigTest, DigestSettingsAreCheckedThoughOnlyDigestUsesThem) {
  EXPECT_EQ(refusal_with("registrar: {realm: [x]}\n"),
            "flowgate.yaml:2:20: registrar.realm: expected text, found a list");
  EXPECT_EQ(refusal_with("registrar: {algorithms: [SHA-1]}\n"),
            "flowgate.yaml:2:26: registrar.algorithms: expected SHA-256, SHA-512-256 or MD5, found 'SHA-1'");
  EXPECT_EQ(refusal_with("registrar: {algorithms: [MD5, MD5]}\n"),
            "flowgate.yaml:2:31: registrar.algorithms: 'MD5' stands twice");
}

TEST_F(ConfigTest, TheExpiresAreInOrder) {
  EXPECT_EQ(refusal_with("registrar: {min_expires: 100, max_expires: 99}\n"),
            "flowgate.yaml:2:26: registrar.min_expires: expected no more than max_expires");
  EXPECT_EQ(refusal_with("registrar: {min_expires: 100, default_expires: 99}\n"),
            "flowgate.yaml:2:48: registrar.default_expires: expected no less than min_expires");
  EXPECT_EQ(refusal_with("registrar: {max_expires: 100, default_expires: 101}\n"),
            "flowgate.yaml:2:48: registrar.default_expires: expected no more than max_expires");
  EXPECT_EQ(refusal_with("registrar: {min_expires: 5, default_expires: 5, max_expires: 5}\n"), "");
}

TEST_F(ConfigTest, ExpiresThatAreNotGivenMakeRoomForThoseThatAre) {
  const auto expires = [this](const std::string& yaml) {
    const Registrar registrar = loaded_with("registrar: {" + yaml + "}\n").registrar;
    return std::vector<std::int64_t>{registrar.min_expires.count(), registrar.default_expires.count(),
                                     registrar.max_expires.count()};
  };
  EXPECT_THAT(expires("max_expires: 30"), ElementsAre(30, 30, 30));
  EXPECT_THAT(expires("max_expires: 600"), ElementsAre(60, 600, 600));
  EXPECT_THAT(expires("min_expires: 5000"), ElementsAre(5000, 5000, 7200));
  EXPECT_THAT(expires("min_expires: 9000"), ElementsAre(9000, 9000, 9000));
  EXPECT_THAT(expires("default_expires: 30"), ElementsAre(30, 30, 7200));
  EXPECT_THAT(expires("default_expires: 86400"), ElementsAre(60, 86400, 86400));
  EXPECT_THAT(expires("min_expires: 0"), ElementsAre(0, 3600, 7200));
  EXPECT_THAT(expires("max_expires: 4294967295"), ElementsAre(60, 3600, 4294967295));
}

TEST_F(ConfigTest, NumbersHaveBounds) {
  EXPECT_EQ(refusal_with("threads: 256\n"),
            "flowgate.yaml:2:10: threads: expected a whole number from 0 to 255, found '256'");
  EXPECT_EQ(refusal_with("edge: {flow_timer: 0}\n"),
            "flowgate.yaml:2:20: edge.flow_timer: expected a whole number from 1 to 86400, found '0'");
  EXPECT_EQ(refusal_with("registrar: {max_expires: 4294967296}\n"),
            "flowgate.yaml:2:26: registrar.max_expires: expected a whole number from 1 to 4294967295, found "
            "'4294967296'");
}

TEST_F(ConfigTest, LimitsFitIntoOneAnother) {
  EXPECT_EQ(
      refusal_with("limits: {message_bytes: 4096, header_bytes: 5000}\n"),
      "flowgate.yaml:2:45: limits.header_bytes: expected a whole number from 2048 to 4096, found '5000'");
  EXPECT_EQ(refusal_with("limits: {header_bytes: 2048, uri_bytes: 2049}\n"),
            "flowgate.yaml:2:41: limits.uri_bytes: expected a whole number from 256 to 2048, found '2049'");
  EXPECT_EQ(
      refusal_with("limits: {send_queue_bytes: 65534}\n"),
      "flowgate.yaml:2:28: limits.send_queue_bytes: expected a whole number from 65535 to 1073741824, found "
      "'65534'");
  const Limits small = loaded_with("limits: {message_bytes: 2048}\n").limits;
  EXPECT_EQ(small.sip.header_bytes, 2048U);
  EXPECT_EQ(small.sip.uri_bytes, 2048U);
  EXPECT_EQ(loaded_with("limits: {message_bytes: 2000000}\n").limits.send_queue_bytes, 2'000'000U);
}

TEST_F(ConfigTest, TheBranchTimeoutIsAtMost64TimesT1) {
  EXPECT_EQ(loaded_with("timers: {t1_ms: 50}\n").timers.branch_timeout, milliseconds(3200));
  EXPECT_EQ(
      refusal_with("timers: {branch_timeout_ms: 32001}\n"),
      "flowgate.yaml:2:29: timers.branch_timeout_ms: expected a whole number from 1 to 32000, found '32001'");
  EXPECT_EQ(loaded_with("timers: {t1_ms: 6000}\n").timers.t2, milliseconds(6000));
  EXPECT_EQ(refusal_with("timers: {t2_ms: 499}\n"),
            "flowgate.yaml:2:17: timers.t2_ms: expected a whole number from 500 to 60000, found '499'");
}

TEST_F(ConfigTest, DigestHasItsSettings) {
  folder.write("users.yaml", "alice: secret\n");
  const Config config = loaded_with(R"(registrar:
  authentication: digest
  users: users.yaml
  algorithms: [SHA-512-256]
  nonce_seconds: 60
  backoff: {address_failures: 3, user_failures: 2, address_seconds: 9, user_seconds: 8}
trusted: [192.0.2.0/24, "2001:db8::1"]
limits: {nonces: 2000, backoff_entries: 3000}
timers: {unaccepted_seconds: 7}
)");
  const Digest& digest = config.registrar.digest;
  EXPECT_EQ(digest.authentication, Authentication::digest);
  EXPECT_THAT(digest.algorithms, ElementsAre(DigestAlgorithm::sha512_256));
  EXPECT_EQ(digest.nonce_lifetime, seconds(60));
  EXPECT_EQ(digest.backoff.address_failures, 3U);
  EXPECT_EQ(digest.backoff.user_failures, 2U);
  EXPECT_EQ(digest.backoff.address_longest, seconds(9));
  EXPECT_EQ(digest.backoff.user_longest, seconds(8));
  EXPECT_EQ(config.trusted.size(), 2U);
  EXPECT_EQ(config.limits.nonces, 2000U);
  EXPECT_EQ(config.limits.backoff_entries, 3000U);
  EXPECT_EQ(config.timers.unaccepted, seconds(7));
}

TEST_F(ConfigTest, AnEdgeAloneAuthenticatesNobody) {
  folder.write("users.yaml", "alice: secret\n");
  EXPECT_EQ(refusal_with("roles: [edge]\nedge: {next_hop: \"sip:192.0.2.1\"}\nregistrar: {authentication: "
                         "digest, users: users.yaml}\n"),
            "flowgate.yaml:2:8: roles: registrar.authentication is for a registrar, and this is an edge "
            "alone");
}

TEST_F(ConfigTest, ARealmStandsInQuotes) {
  EXPECT_EQ(refusal_with("registrar: {realm: 'a\"b'}\n"),
            "flowgate.yaml:2:20: registrar.realm: expected text without quotes and backslashes, of at most "
            "256 octets, found 'a\"b'");
}

}  // namespace
}  // namespace flowgate::conf
