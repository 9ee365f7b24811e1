#include "conf/redis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <optional>

#include "sip/text.h"
#include "sip/uri.h"

namespace flowgate::conf {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view plain = "redis://", over_tls = "rediss://";
constexpr std::string_view form = "redis://[USER:PASSWORD@]HOST:PORT/DB, or rediss:// for TLS";
constexpr std::string_view sentinel_form =
    "redis://[USER:PASSWORD@]/DB: the sentinels say where the master is";
constexpr std::string_view address_form = "HOST:PORT, such as 10.0.0.1:26379 or \"[::1]:26379\"";

std::optional<RedisAddress> parse_address(std::string_view text, std::uint16_t otherwise) {
  const std::string uri_text = fmt::format("sip:{}", text);
  const auto uri = sip::Uri::parse(uri_text);
  if (!uri || uri->has_user || !uri->params.empty() || !uri->headers.empty()) return std::nullopt;
  const std::uint16_t port = uri->port.value_or(otherwise);
  if (port == 0) return std::nullopt;
  return RedisAddress{std::string(uri->host), port};
}

// "USER:PASSWORD", ":PASSWORD" or "PASSWORD", %-escaped.
void read_credentials(std::string_view text, Redis& redis) {
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos) redis.user = sip::unescape(text.substr(0, colon));
  redis.password = sip::unescape(colon == std::string_view::npos ? text : text.substr(colon + 1));
}

void read_url(const Value& url, bool with_sentinels, Redis& redis) {
  const std::string_view expected = with_sentinels ? sentinel_form : form;
  std::string_view rest = url.text(expected);
  redis.tls = rest.starts_with(over_tls);
  rest.remove_prefix(redis.tls ? over_tls.size() : plain.size());
  const std::size_t slash = rest.find('/');
  const std::string_view path = slash == std::string_view::npos ? "" : rest.substr(slash + 1);
  rest = rest.substr(0, slash);
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    read_credentials(rest.substr(0, at), redis);
    if (redis.password.empty()) url.expected(expected);
    rest.remove_prefix(at + 1);
  }
  const auto database = path.empty() ? 0U : sip::parse_number(path, 65'535);
  if (!database || rest.empty() != with_sentinels) url.expected(expected);
  redis.database = *database;
  if (with_sentinels) return;
  const auto server = parse_address(rest, 6379);
  if (!server) url.expected(expected);
  redis.server = *server;
}

// The first line of the file.
std::string read_password(const Value& value, const std::filesystem::path& folder) {
  const std::filesystem::path path = value.path(folder);
  std::ifstream file(path);
  std::string password;
  if (!std::getline(file, password)) value.refuse(fmt::format("{}: cannot read a password", path.string()));
  if (password.ends_with('\r')) password.pop_back();
  if (password.empty()) value.refuse(fmt::format("{}: the first line is empty", path.string()));
  return password;
}

std::filesystem::path read_file(const Value& value, const std::filesystem::path& folder) {
  std::filesystem::path path = value.path(folder);
  if (!std::ifstream(path)) value.refuse(fmt::format("{}: cannot be read", path.string()));
  return path;
}

void read_tls(const Section& section, const std::filesystem::path& folder, Redis& redis) {
  if (!redis.tls && section.find("tls")) section.refuse("tls", "is for rediss:// only");
  const Section tls = section.section("tls", {"ca", "certificate", "private_key", "server_name"});
  if (const auto value = tls.find("ca")) redis.ca = read_file(*value, folder);
  if (const auto value = tls.find("certificate")) redis.certificate = read_file(*value, folder);
  if (const auto value = tls.find("private_key")) redis.private_key = read_file(*value, folder);
  if (redis.certificate.empty() != redis.private_key.empty())
    section.refuse("tls", "expected both certificate and private_key");
  if (const auto value = tls.find("server_name")) redis.tls_name = value->text("a host name");
}

void read_sentinels(const Section& section, const std::filesystem::path& folder, Redis& redis) {
  const auto sentinels = section.find("sentinels");
  const auto master = section.find("master");
  if (!sentinels) {
    for (const std::string_view key : {"master", "sentinel_user", "sentinel_password_file"})
      if (section.find(key)) section.refuse(key, "is of no use without sentinels");
    return;
  }
  if (!master) section.refuse("sentinels", "master is missing: expected the name of the master there");
  redis.master = master->text("the name of the master");
  for (const Value& item : sentinels->list("a list of addresses")) {
    const auto address = parse_address(item.text(address_form), 26379);
    if (!address) item.expected(address_form);
    redis.sentinels.push_back(*address);
  }
  if (const auto value = section.find("sentinel_user")) redis.sentinel_user = value->text("a user");
  if (const auto value = section.find("sentinel_password_file"))
    redis.sentinel_password = read_password(*value, folder);
}

// SCAN takes it for a pattern.
void read_prefix(const Section& section, Redis& redis) {
  constexpr std::string_view expected = "letters, digits, '-', '_', '.' and ':'";
  const auto value = section.find("prefix");
  if (!value) return;
  redis.prefix = value->text(expected);
  const bool good = std::ranges::all_of(redis.prefix, [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-_.:").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (!good) value->expected(expected);
}

void read_numbers(const Section& section, Redis& redis) {
  redis.wait_replicas = section.number("wait_replicas", 0, 0, 16);
  redis.timeout = milliseconds(section.number("timeout_ms", 2'000, 10, 60'000));
  redis.wait_timeout = milliseconds(section.number("wait_timeout_ms", 1'000, 1, 60'000));
  const std::uint32_t least = section.number("reconnect_min_ms", 100, 1, 60'000);
  redis.reconnect_min = milliseconds(least);
  redis.reconnect_max =
      milliseconds(section.number("reconnect_max_ms", std::max(5'000U, least), least, 600'000));
  redis.pending_commands = section.number("pending_commands", 100'000, 1, 10'000'000);
}

}  // namespace

bool is_redis_url(std::string_view text) {
  return text.starts_with(plain) || text.starts_with(over_tls);
}

Redis read_redis(const Section& registrar, const Value& url, const std::filesystem::path& folder) {
  const Section section =
      registrar.section("redis", {"sentinels", "master", "sentinel_user", "sentinel_password_file",
                                  "password_file", "tls", "prefix", "wait_replicas", "wait_timeout_ms",
                                  "timeout_ms", "reconnect_min_ms", "reconnect_max_ms", "pending_commands"});
  Redis redis;
  read_sentinels(section, folder, redis);
  // What stands in the URL may be a password.
  read_url(url.secret(), !redis.sentinels.empty(), redis);
  if (const auto value = section.find("password_file")) {
    if (!redis.password.empty()) value->refuse("there is a password in registrar.store");
    redis.password = read_password(*value, folder);
  }
  read_tls(section, folder, redis);
  read_prefix(section, redis);
  read_numbers(section, redis);
  return redis;
}

void refuse_redis(const Section& registrar) {
  if (registrar.find("redis")) registrar.refuse("redis", "is of no use without a store in Redis");
  if (registrar.find("node")) registrar.refuse("node", "is of no use without a store in Redis");
}

}  // namespace flowgate::conf
