#include "conf/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "conf/admin.h"
#include "conf/prefixes.h"
#include "sip/text.h"
#include "sip/uri.h"

namespace flowgate::conf {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::set<Role> read_roles(const Section& top) {
  const auto value = top.find("roles");
  if (!value) return {Role::edge, Role::registrar};
  std::set<Role> roles;
  for (const Value& item : value->list("a list of edge and registrar")) {
    const std::string& name = item.text("edge or registrar");
    if (name != "edge" && name != "registrar") item.expected("edge or registrar");
    if (!roles.insert(name == "edge" ? Role::edge : Role::registrar).second)
      item.refuse(in_quotes(name) + " stands twice");
  }
  return roles;
}

// RFC 3261 §25.1: a hostname or an IPv4 address, as it stands in the host part of a URI.
bool is_domain(std::string_view text) {
  const std::string uri_text = fmt::format("sip:{}", text);
  const auto uri = sip::Uri::parse(uri_text);
  return uri && uri->host == text && !uri->host_is_v6;
}

// Names of hosts, without one that stands twice.
std::vector<std::string> read_names(const Value& value, std::string_view expected) {
  std::vector<std::string> names;
  for (const Value& item : value.list(expected)) {
    const std::string& name = item.text("a domain");
    if (!is_domain(name)) item.expected("a domain, such as example.com");
    const bool twice = std::any_of(names.begin(), names.end(),
                                   [&](const std::string& other) { return sip::equals_nocase(name, other); });
    if (twice) item.refuse(in_quotes(name) + " stands twice");
    names.push_back(name);
  }
  return names;
}

std::vector<std::string> read_domains(const Section& top) {
  const auto value = top.find("domains");
  if (!value)
    top.refuse("domains", "is missing: expected a list of the domains to serve, such as [example.com]");
  return read_names(*value, "a list of domains, such as [example.com]");
}

std::vector<std::string> read_host_names(const Section& top) {
  const auto value = top.find("host_names");
  return value ? read_names(*value, "a list of names of this host, such as [edge1.example.com]")
               : std::vector<std::string>{};
}

std::vector<Listener> read_listen(const Section& top) {
  if (const auto value = top.find("listen")) return parse_listeners(*value);
  const Endpoint any = *Endpoint::from("0.0.0.0", 5060);
  return {{Protocol::udp, any, "udp:0.0.0.0:5060"}, {Protocol::tcp, any, "tcp:0.0.0.0:5060"}};
}

Edge read_edge(const Section& top, const std::set<Role>& roles) {
  const Section section =
      top.section("edge", {"flow_timer", "flow_timer_grace", "next_hop", "stun_parameter"});
  Edge edge;
  if (const auto value = section.find("next_hop")) {
    constexpr std::string_view expected = "a SIP URI, such as \"sip:core.example.com;lr\"";
    edge.next_hop = value->text(expected);
    const auto uri = sip::Uri::parse(edge.next_hop);
    if (!uri || !uri->is_sip() || !uri->headers.empty()) value->expected(expected);
  } else if (!roles.contains(Role::registrar)) {
    top.refuse("edge", "next_hop is missing: an edge that is no registrar needs to know where requests go");
  }
  edge.flow_timer = seconds(section.number("flow_timer", 120, 1, 86'400));
  // Time for a keepalive to be sent again, if one was lost.
  const auto quarter = static_cast<std::uint32_t>(edge.flow_timer.count() / 4);
  edge.grace = seconds(section.number("flow_timer_grace", std::clamp(quarter, 2U, 30U), 1, 86'400));
  edge.stun_parameter = section.flag("stun_parameter", false);
  return edge;
}

std::filesystem::path read_key_file(const Section& top, const std::filesystem::path& folder) {
  const auto value = top.section("flow_token", {"key_file"}).find("key_file");
  if (!value) return folder / "flowtoken.key";
  std::filesystem::path file = value->path(folder);
  value->check_folder(file);
  return file;
}

// A bound that the file does not give makes room for the others.
Limits read_limits(const Section& top) {
  const Section section = top.section("limits", {"message_bytes",
                                                 "header_bytes",
                                                 "fields",
                                                 "values",
                                                 "params",
                                                 "uri_bytes",
                                                 "http_bytes",
                                                 "connections",
                                                 "bindings_per_aor",
                                                 "bindings",
                                                 "contact_bytes",
                                                 "subscriptions",
                                                 "subscriptions_per_aor",
                                                 "transactions",
                                                 "transaction_bytes",
                                                 "register_response_bytes",
                                                 "registered_flows",
                                                 "pending_registrations",
                                                 "send_queue_bytes",
                                                 "nonces",
                                                 "backoff_entries"});
  const auto number = [&section](std::string_view key, std::size_t otherwise, std::size_t least,
                                 std::size_t most) {
    return section.number(key, static_cast<std::uint32_t>(otherwise), static_cast<std::uint32_t>(least),
                          static_cast<std::uint32_t>(most));
  };
  Limits limits;
  sip::Limits& sip = limits.sip;
  sip.message_bytes = number("message_bytes", sip.message_bytes, 2048, 16 << 20);
  sip.header_bytes =
      number("header_bytes", std::min(sip.header_bytes, sip.message_bytes), 2048, sip.message_bytes);
  sip.fields = number("fields", sip.fields, 16, 10'000);
  sip.values = number("values", sip.values, 4, 10'000);
  sip.params = number("params", sip.params, 4, 1'000);
  sip.uri_bytes = number("uri_bytes", std::min(sip.uri_bytes, sip.header_bytes), 256, sip.header_bytes);
  limits.http_bytes = number("http_bytes", limits.http_bytes, 512, 65'536);
  limits.connections = number("connections", limits.connections, 1, 10'000'000);
  limits.bindings_per_aor = number("bindings_per_aor", limits.bindings_per_aor, 1, 1'000);
  limits.bindings = number("bindings", limits.bindings, 1, 1'000'000'000);
  limits.contact_bytes = number("contact_bytes", limits.contact_bytes, 256, 65'535);
  limits.subscriptions = number("subscriptions", limits.subscriptions, 1, 10'000'000);
  limits.subscriptions_per_aor = number("subscriptions_per_aor", limits.subscriptions_per_aor, 1, 1'000);
  limits.transactions = number("transactions", limits.transactions, 1, 100'000'000);
  limits.transaction_bytes = number("transaction_bytes", limits.transaction_bytes, 1 << 20, 4'000'000'000U);
  limits.register_response_bytes =
      number("register_response_bytes", limits.register_response_bytes, 65'536, 4'000'000'000U);
  limits.nonces = number("nonces", limits.nonces, 1'000, 100'000'000);
  limits.backoff_entries = number("backoff_entries", limits.backoff_entries, 1'000, 100'000'000);
  limits.registered_flows = number("registered_flows", limits.registered_flows, 1, 100'000'000);
  limits.pending_registrations = number("pending_registrations", limits.pending_registrations, 1, 10'000'000);
  limits.send_queue_bytes = number("send_queue_bytes", std::max(limits.send_queue_bytes, sip.message_bytes),
                                   sip.message_bytes, 1 << 30);
  return limits;
}

Timers read_timers(const Section& top) {
  const Section section = top.section(
      "timers", {"t1_ms", "t2_ms", "t4_ms", "timer_c_seconds", "branch_timeout_ms", "handshake_seconds",
                 "message_seconds", "connect_seconds", "send_seconds", "unaccepted_seconds"});
  const std::uint32_t t1 = section.number("t1_ms", 500, 10, 10'000);
  const auto timeout = [&section](std::string_view key, seconds otherwise) {
    return seconds(section.number(key, static_cast<std::uint32_t>(otherwise.count()), 1, 3'600));
  };
  Timers timers;
  timers.t1 = milliseconds(t1);
  timers.t2 = milliseconds(section.number("t2_ms", std::max(4'000U, t1), t1, 60'000));
  timers.t4 = milliseconds(section.number("t4_ms", 5'000, 10, 60'000));
  timers.timer_c = seconds(section.number("timer_c_seconds", 185, 1, 86'400));
  timers.branch_timeout =
      milliseconds(section.number("branch_timeout_ms", std::min(5'000U, 64 * t1), 1, 64 * t1));
  timers.handshake = timeout("handshake_seconds", timers.handshake);
  timers.message = timeout("message_seconds", timers.message);
  timers.connect = timeout("connect_seconds", timers.connect);
  timers.send = timeout("send_seconds", timers.send);
  timers.unaccepted = seconds(section.number("unaccepted_seconds", 120, 1, 86'400));
  return timers;
}

// An edge alone knows nobody: the registrar behind it asks.
void check_authentication(const Section& top, const Config& config) {
  if (config.registrar.digest.authentication == Authentication::none || config.has(Role::registrar)) return;
  top.refuse("roles", "registrar.authentication is for a registrar, and this is an edge alone");
}

}  // namespace

bool Config::listens(Protocol protocol) const {
  return std::any_of(listen.begin(), listen.end(), [&](const Listener& l) { return l.protocol == protocol; });
}

Config load(const std::filesystem::path& file) {
  const Document document(file);
  const Section top(
      Value(document.root(), ""),
      {"roles",      "domains", "listen",      "tls",       "registrar", "edge",    "flow_token",
       "admin",      "threads", "pin_threads", "limits",    "timers",    "dns",     "proxy_protocol",
       "host_names", "gruu",    "reg_event",   "websocket", "trusted",   "overload"});
  const std::filesystem::path folder = std::filesystem::absolute(file).parent_path();
  Config config;
  config.roles = read_roles(top);
  config.domains = read_domains(top);
  config.listen = read_listen(top);
  config.host_names = read_host_names(top);
  config.tls = read_tls(top, config.listen, folder);
  config.registrar = read_registrar(top, config.domains, folder);
  config.gruu = read_gruu(top, config.domains);
  config.reg_event = read_reg_event(top);
  config.edge = read_edge(top, config.roles);
  config.flow_token_key_file = read_key_file(top, folder);
  config.admin = read_admin(top, config.listen);
  config.threads = top.number("threads", 0, 0, 255);
  config.pin_threads = top.flag("pin_threads", true);
  config.limits = read_limits(top);
  config.timers = read_timers(top);
  if (const auto trusted = top.find("trusted")) config.trusted = read_prefixes(*trusted);
  check_authentication(top, config);
  config.dns = read_dns(top);
  config.websocket = read_websocket(top, config.edge.flow_timer);
  config.overload = read_overload(top);
  config.proxy_protocol = read_proxy_protocol(top);
  return config;
}

}  // namespace flowgate::conf
