// What docs/ say of the configuration is what the program does.
#include <gmock/gmock.h>

#include <filesystem>
#include <regex>
#include <sstream>

#include "tests/unit/conf/config_fixture.h"

namespace flowgate::conf {
namespace {

std::string documentation(const std::string& name) {
  return TemporaryFolder::read(std::filesystem::path(__FILE__).parent_path() / "../../../docs" / name);
}

// What stands between two of `mark`, in order.
std::vector<std::string> between(const std::string& text, const std::string& begin, const std::string& end) {
  std::vector<std::string> found;
  for (std::size_t at = text.find(begin); at != text.npos; at = text.find(begin, at)) {
    at += begin.size();
    const std::size_t stop = text.find(end, at);
    found.push_back(text.substr(at, stop - at));
    at = stop + end.size();
  }
  return found;
}

std::vector<std::string> listed(const std::string& cell) {
  static const std::regex comma(",\\s*");
  return {std::sregex_token_iterator(cell.begin(), cell.end(), comma, -1), {}};
}

struct Setting {
  std::string key, otherwise;  // "limits.fields", "256"
};

// Of the tables "| key | default | meaning |", those whose default is a number or a word of YAML. The head of
// a table of one section is "| key (`limits:`) | default | ...".
std::vector<Setting> settings() {
  static const std::regex head("\\| key(?: \\(`([a-z_.]+):`\\))? \\| default \\|.*");
  static const std::regex row("\\| (`[^|]*`) \\| ([^|]*) \\|.*");
  static const std::regex value("`?([0-9.]+|false|none|memory)`?");
  std::vector<Setting> settings;
  std::istringstream lines(documentation("configuration.md"));
  std::string section;
  bool in_table = false;
  for (std::string line; std::getline(lines, line);) {
    std::smatch parts;
    if (std::regex_match(line, parts, head)) {
      section = parts[1].length() == 0 ? "" : parts[1].str() + ".";
      in_table = true;
    } else if (!line.starts_with('|')) {
      in_table = false;
    } else if (in_table && std::regex_match(line, parts, row)) {
      const auto keys = between(parts[1], "`", "`"), defaults = listed(parts[2]);
      for (std::size_t i = 0; i < defaults.size() && i < keys.size(); ++i) {
        std::smatch otherwise;
        if (std::regex_match(defaults[i], otherwise, value))
          settings.push_back({section + keys[i], otherwise[1]});
      }
    }
  }
  return settings;
}

// All numbers of a configuration.
std::vector<std::uint64_t> numbers(const Config& config) {
  std::vector<std::uint64_t> numbers;
  const auto add = [&](auto... values) { (numbers.push_back(static_cast<std::uint64_t>(values)), ...); };
  const auto time = [&](auto... values) {
    (add(std::chrono::duration_cast<std::chrono::milliseconds>(values).count()), ...);
  };
  const Limits& limits = config.limits;
  add(limits.sip.message_bytes, limits.sip.header_bytes, limits.sip.fields, limits.sip.values,
      limits.sip.params, limits.sip.uri_bytes, limits.http_bytes, limits.connections, limits.bindings_per_aor,
      limits.subscriptions, limits.subscriptions_per_aor, limits.transactions, limits.transaction_bytes,
      limits.register_response_bytes, limits.nonces, limits.backoff_entries, limits.registered_flows,
      limits.pending_registrations, limits.send_queue_bytes);
  const Timers& timers = config.timers;
  time(timers.t1, timers.t2, timers.t4, timers.timer_c, timers.branch_timeout, timers.handshake,
       timers.message, timers.connect, timers.send, timers.unaccepted);
  const Overload& overload = config.overload;
  time(overload.max_delay, overload.min_retry_after, overload.max_retry_after);
  add(overload.udp_buffer_bytes, config.dns.tries, config.threads, config.pin_threads,
      config.tls.only_tls_1_3, config.edge.stun_parameter, config.gruu.anonymous_for_draft);
  time(config.dns.timeout, config.dns.set_aside, config.websocket.ping, config.edge.flow_timer);
  const Registrar& registrar = config.registrar;
  time(registrar.default_expires, registrar.min_expires, registrar.max_expires, config.reg_event.min_expires,
       config.reg_event.max_expires, registrar.digest.nonce_lifetime);
  const Backoff& backoff = registrar.digest.backoff;
  add(registrar.digest.authentication, registrar.store.index(), backoff.address_failures,
      backoff.user_failures);
  time(backoff.address_longest, backoff.user_longest);
  if (const auto* const redis = std::get_if<Redis>(&registrar.store)) {
    add(redis->wait_replicas, redis->pending_commands);
    time(redis->wait_timeout, redis->timeout, redis->reconnect_min, redis->reconnect_max);
  }
  return numbers;
}

// A configuration with that key, or with the sections that it stands in and nothing in them for the value "".
std::string document(const std::string& key, const std::string& value) {
  std::size_t dot = key.rfind('.');
  std::string yaml = value.empty() ? "" : key.substr(dot + 1) + ": " + value;
  for (std::string path = key; dot != path.npos;) {
    path.resize(dot);
    dot = path.rfind('.');
    std::string needed;
    if (path == "tls") needed = "certificate: cert.pem, private_key: key.pem, ";
    if (path == "registrar" && key.starts_with("registrar.redis.")) needed = "store: \"redis://host/0\", ";
    yaml = path.substr(dot + 1) + ": {" + needed + yaml + "}";
  }
  return "{domains: [example.com]" + (yaml.empty() ? "" : ", " + yaml) + "}\n";
}

using DocumentationTest = ConfigTest;

TEST_F(DocumentationTest, EachDefaultIsThatOfTheProgram) {
  const auto all = settings();
  EXPECT_GE(all.size(), 55U);  // the tables are understood
  for (const auto& [key, otherwise] : all) {
    SCOPED_TRACE(key + ": " + otherwise);
    EXPECT_EQ(numbers(loaded(document(key, otherwise))), numbers(loaded(document(key, ""))));
  }
}

// With the files that they name.
TEST_F(DocumentationTest, EachExampleIsAConfiguration) {
  folder.write("redis.password", "secret\n");
  folder.write("redis-ca.pem", "");
  std::size_t examples = 0;
  for (const char* name : {"configuration.md", "deployment.md"}) {
    for (const std::string& example : between(documentation(name), "```yaml\n", "```")) {
      const bool of_users = example.starts_with("alice: ");
      folder.write("users.yaml", of_users ? example : "alice: secret\n");
      const std::string yaml =
          of_users ? "registrar: {authentication: digest, users: users.yaml}\n" : example;
      const bool whole = yaml.find("\ndomains:") != yaml.npos || yaml.starts_with("domains:");
      EXPECT_EQ(whole ? refusal(yaml) : refusal_with(yaml), "") << example;
      ++examples;
    }
  }
  EXPECT_EQ(examples, 6U);
}

}  // namespace
}  // namespace flowgate::conf
