#include "proxy/server/server.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <set>

#include "conf/dev_certificate.h"
#include "proxy/branch.h"
#include "proxy/server/digest_options.h"
#include "proxy/server/interfaces.h"
#include "proxy/server/random_number.h"
#include "proxy/server/stores.h"

namespace flowgate::server {
namespace {

// Serials of connections begin at a random place, so that a token of a connection from before a restart names
// none of the new ones. Half of the range is left for counting up.
std::uint64_t first_serial() {
  return random_number() >> 1;
}

std::optional<AddressPrefix> address_of(const std::string& uri_text) {
  const auto uri = sip::Uri::parse(uri_text);
  return uri && uri->is_sip() ? AddressPrefix::from(uri->host) : std::nullopt;
}

proxy::Trust trust_of(const conf::Config& config) {
  proxy::Trust trust;
  trust.peers = config.trusted;
  if (const auto next_hop = address_of(config.edge.next_hop)) trust.peers.push_back(*next_hop);
  trust.applies =
      !trust.peers.empty() || config.registrar.digest.authentication == conf::Authentication::digest;
  return trust;
}

transport::Options transport_options(const conf::Config& config) {
  transport::Options options;
  options.limits = config.limits.sip;
  options.max_connections = config.limits.connections;
  options.max_send_queue = config.limits.send_queue_bytes;
  options.handshake_timeout = config.timers.handshake;
  options.message_timeout = config.timers.message;
  options.connect_timeout = config.timers.connect;
  options.send_timeout = config.timers.send;
  options.unaccepted_timeout = config.timers.unaccepted;
  options.peers = trust_of(config).peers;
  options.max_delay = config.overload.max_delay;
  options.branch_mark = proxy::Branch::mark;
  options.udp_buffer = config.overload.udp_buffer_bytes;
  options.proxies = config.proxy_protocol.from;
  options.websocket.origins = config.websocket.origins;
  options.websocket.ping_interval = config.websocket.ping;
  options.websocket.max_handshake_bytes = config.limits.http_bytes;
  return options;
}

transport::ClientCertificates client_certificates(conf::ClientCertificates from) {
  switch (from) {
    case conf::ClientCertificates::none:
      break;
    case conf::ClientCertificates::optional:
      return transport::ClientCertificates::optional;
    case conf::ClientCertificates::required:
      return transport::ClientCertificates::required;
  }
  return transport::ClientCertificates::none;
}

transport::TlsOptions tls_options(const conf::Tls& tls) {
  transport::TlsOptions options;
  options.pairs.push_back({tls.certificate, tls.private_key});
  for (const conf::TlsPair& pair : tls.more) options.pairs.push_back({pair.certificate, pair.private_key});
  options.client_certificates = client_certificates(tls.client_certificates);
  options.client_ca = tls.client_ca;
  options.only_tls_1_3 = tls.only_tls_1_3;
  return options;
}

dns::Options dns_options(const conf::Config& config) {
  dns::Options options;
  options.channel.servers = config.dns.servers;
  options.channel.timeout = config.dns.timeout;
  options.channel.tries = static_cast<int>(config.dns.tries);
  options.set_aside.duration = config.dns.set_aside;
  return options;
}

proxy::Core::Options core_options(const conf::Config& config, unsigned shard) {
  proxy::Core::Options options;
  options.shard = static_cast<std::uint8_t>(shard);
  options.node = node_of(config);
  options.limits = config.limits.sip;
  options.roles.edge = config.has(conf::Role::edge);
  options.roles.registrar = config.has(conf::Role::registrar);
  options.roles.next_hop = config.edge.next_hop;
  options.roles.flow_timer = config.edge.flow_timer;
  options.roles.stun_parameter = config.edge.stun_parameter;
  options.roles.trust = trust_of(config);
  const conf::Digest& digest = config.registrar.digest;
  if (digest.authentication == conf::Authentication::digest) options.roles.realm = digest.realm;
  options.settings.t1 = config.timers.t1;
  options.settings.t2 = config.timers.t2;
  options.settings.t4 = config.timers.t4;
  options.settings.timer_c = config.timers.timer_c;
  options.settings.branch_timeout = config.timers.branch_timeout;
  options.settings.max_transactions = config.limits.transactions;
  options.settings.max_transaction_octets = config.limits.transaction_bytes;
  options.settings.max_register_response_octets = config.limits.register_response_bytes;
  options.registrar.default_expires = config.registrar.default_expires;
  options.registrar.min_expires = config.registrar.min_expires;
  options.registrar.max_expires = config.registrar.max_expires;
  options.registrar.flow_timer = config.edge.flow_timer;
  options.registrar.max_bindings = config.limits.bindings_per_aor;
  options.registrar.max_all_bindings = config.limits.bindings;
  options.registrar.max_contact_bytes = config.limits.contact_bytes;
  options.registrar.wall_clock = std::chrono::system_clock::now;
  options.registrar.limits = config.limits.sip;
  options.reg_event.min_expires = config.reg_event.min_expires;
  options.reg_event.max_expires = config.reg_event.max_expires;
  options.reg_event.max_subscriptions = config.limits.subscriptions;
  options.reg_event.max_per_aor = config.limits.subscriptions_per_aor;
  options.overload = {config.overload.min_retry_after, config.overload.max_retry_after};
  options.registrar.anonymous_gruus = config.gruu.anonymous_for_draft;
  for (const auto& [uri, contact] : config.gruu.administrative) {
    options.registrar.administrative_gruus.push_back({uri, contact});
  }
  return options;
}

}  // namespace

void check_files(const conf::Config& config) {
  TokenKeys::check(config.flow_token_key_file);
  check_store(config);
  if (config.needs_tls() && conf::check_certificate(config.tls.certificate, config.tls.private_key)) {
    transport::TlsContexts{tls_options(config.tls)};
  }
}

Server::Server(const conf::Config& config)
    : pin_threads_(config.pin_threads),
      keys_(TokenKeys::load_or_make(config.flow_token_key_file)),
      ua_flows_(config.edge.flow_timer + config.edge.grace, config.limits.registered_flows),
      location_(open_location(config, ua_flows_)),
      user_store_(open_users(config)) {
  read_users();
  if (config.needs_tls()) {
    std::vector<Endpoint> addresses;
    for (const conf::Listener& listener : config.listen) addresses.push_back(listener.local);
    made_certificate_ = conf::make_missing_certificate(config.tls.certificate, config.tls.private_key,
                                                       config.domains, addresses);
    certificates_ = std::make_unique<Certificates>(tls_options(config.tls));
  }
  make_shards(config);
  listen(config);
  make_cores(config);
}

Server::~Server() {
  stop();
}

unsigned Server::shards_of(const conf::Config& config) {
  return std::min(config.threads == 0 ? Processors().count() : config.threads, 255U);
}

void Server::make_shards(const conf::Config& config) {
  const unsigned count = shards_of(config);
  const std::uint64_t serial = first_serial();
  for (unsigned number = 0; number < count; ++number) {
    shards_.push_back(std::make_unique<Shard>(number, serial, transport_options(config),
                                              certificates_ ? certificates_->contexts() : nullptr, shards_,
                                              dns_options(config)));
  }
}

// The first shard finds out the port where any will do; the others bind the same.
void Server::listen(const conf::Config& config) {
  for (const conf::Listener& listener : config.listen) {
    transport::check_unused({listener.protocol, listener.local});
    const transport::Listener bound = shards_.front()->listen({listener.protocol, listener.local});
    listening_.push_back(bound);
    for (std::size_t shard = 1; shard < shards_.size(); ++shard) shards_[shard]->listen(bound);
  }
}

void Server::make_cores(const conf::Config& config) {
  std::set<std::uint16_t> ports;
  std::vector<proxy::Listening> listening;
  for (const transport::Listener& listener : listening_) {
    ports.insert(listener.local.port);
    listening.push_back({listener.protocol, listener.local});
  }
  if (config.registrar.users) users_file_.emplace(config, users_);
  const bool digest = config.registrar.digest.authentication == conf::Authentication::digest;
  domains_ =
      std::make_unique<registrar::Domains>(config.domains, ports, users_file_ || digest ? &users_ : nullptr);
  if (digest) {
    protection_space_ = std::make_unique<digest::ProtectionSpace>(digest_options(config), users_, *domains_,
                                                                  keys_, std::chrono::steady_clock::now());
  }
  local_ =
      std::make_unique<proxy::LocalAddresses>(std::move(listening), interface_addresses(), config.host_names);
  for (unsigned number = 0; number < shards_.size(); ++number) {
    proxy::Core::Options options = core_options(config, number);
    options.protection_space = protection_space_.get();
    if (shards_.size() > 1) options.invites = &invites_;
    shards_[number]->make_core(options, *local_, *domains_, *location_, ua_flows_, keys_);
  }
  location_->set_observer(this);
}

// An error is that of a moment, or will be told by the location service: the users stay as they are.
void Server::read_users() {
  if (!user_store_) return;
  const auto version = user_store_->version();
  if (!version || *version == users_version_) return;
  auto users = user_store_->list();
  if (!users) return;
  users_.replace(std::move(*users));
  users_version_ = *version;
}

void Server::run() {
  const auto count = static_cast<unsigned>(shards_.size());
  for (unsigned number = 0; number < count; ++number)
    shards_[number]->run(pin_threads_ ? processors_.share(number, count) : std::vector<int>{});
}

void Server::stop() {
  for (const auto& shard : shards_) shard->stop();
  location_->stop();
}

void Server::changed(std::string_view aor, registrar::Cause cause) {
  for (const auto& shard : shards_) shard->registration_changed(aor, cause);
}

bool Server::reload_certificates(Reload when) {
  if (!certificates_ || (when == Reload::if_changed && !certificates_->have_changed())) return false;
  certificates_->load();
  for (const auto& shard : shards_) shard->use(certificates_->contexts());
  return true;
}

void Server::reload_users() {
  if (users_file_) users_file_->reload();
}

// All shards as one.
Refused Server::refused() const {
  Refused all;
  for (const auto& shard : shards_) all += shard->refused();
  return all;
}

void Server::measure(const boost::asio::any_io_executor& home,
                     std::function<void(const Metrics&)> done) const {
  struct Gathering {
    Metrics metrics;
    std::size_t missing;
    std::function<void(const Metrics&)> done;
  };
  Metrics metrics{FLOWGATE_VERSION, location_->size(), ua_flows_.size(), refused(), started_, {}};
  metrics.shards.resize(shards_.size());
  auto gathering =
      std::make_shared<Gathering>(Gathering{std::move(metrics), shards_.size(), std::move(done)});
  for (std::size_t number = 0; number < shards_.size(); ++number) {
    Shard& shard = *shards_[number];
    // What `done` holds belongs to home: no shard may be the last to let go of it.
    boost::asio::post(shard.context(), [&shard, number, home, gathering]() mutable {
      boost::asio::post(home, [number, gathering = std::move(gathering), metrics = shard.metrics()] {
        gathering->metrics.shards[number] = metrics;
        if (--gathering->missing == 0) gathering->done(gathering->metrics);
      });
    });
  }
}

void Server::sweep() {
  if (users_file_) users_file_->reload_if_changed();
  const auto now = std::chrono::steady_clock::now();
  overload_report_.look(now, refused());
  read_users();
  location_->sweep(now);
  for (const Flow& flow : ua_flows_.sweep(now)) {
    if (!is_stream(flow.protocol)) {
      location_->remove_flow(flow);
    } else if (flow.shard() < shards_.size()) {
      shards_[flow.shard()]->close(flow);
    }
  }
}

}  // namespace flowgate::server
