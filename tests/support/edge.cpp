#include "support/edge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "sip/text.h"

namespace flowgate::test {
namespace {

constexpr std::string_view kEdgeAddress = "203.0.113.1";
const std::set<std::uint16_t> kPorts{5060, 5061, 8080, 8443};

Endpoint endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return Endpoint::from(host, static_cast<std::uint16_t>(*sip::parse_number(text.substr(colon + 1)))).value();
}

Endpoint edge_endpoint(Protocol protocol) {
  static const std::map<Protocol, std::uint16_t> others = {
      {Protocol::tls, 5061}, {Protocol::ws, 8080}, {Protocol::wss, 8443}};
  const auto port = others.find(protocol);
  return *Endpoint::from(kEdgeAddress, port == others.end() ? 5060 : port->second);
}

std::vector<proxy::Listening> listeners() {
  std::vector<proxy::Listening> all;
  for (const Protocol protocol : {Protocol::udp, Protocol::tcp, Protocol::tls, Protocol::ws, Protocol::wss})
    all.push_back({protocol, edge_endpoint(protocol)});
  return all;
}

}  // namespace

Edge::Edge(proxy::Settings settings, registrar::Options registrar, std::optional<Users> users,
           const proxy::Roles& roles, const reg_event::Options& events, unsigned shards,
           const std::optional<digest::Options>& digest)
    : keys_(TokenKeys::from({TokenKey{1, {7}}})),
      domains_({"example.com"}, kPorts, users ? &users_ : nullptr),
      local_(listeners(), {}) {
  if (users) {
    for (const std::string& name : *users)
      users_.put({.name = name, .password = std::string(name.rbegin(), name.rend())});
  }
  if (digest) protection_space_.emplace(*digest, users_, domains_, keys_, now_);
  proxy::Core::Options options;
  options.protection_space = protection_space_ ? &*protection_space_ : nullptr;
  options.roles = roles;
  if (digest) {
    options.roles.realm = digest->realm;
    options.roles.trust.applies = true;
  }
  options.settings = settings;
  options.registrar = registrar;
  options.reg_event = events;
  if (shards > 1) options.invites = &invites_;
  // splitmix64: different numbers, the same in each run.
  const auto random = [this] {
    std::uint64_t z = (random_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  };
  for (; options.shard < shards; ++options.shard) {
    cores_.push_back(std::make_unique<proxy::Core>(options, local_, domains_, location_, ua_flows_, keys_,
                                                   *this, *this, random, now_));
  }
  location_.set_observer(this);
}

Edge::~Edge() = default;

void Edge::listens_for_udp_alone() {
  local_ = proxy::LocalAddresses({{Protocol::udp, edge_endpoint(Protocol::udp)}}, {});
}

void Edge::also_serves(const std::string& domain) {
  domains_ = registrar::Domains({"example.com", domain}, kPorts);
}

Phone& Edge::phone(Protocol protocol, std::string name, std::string_view address) {
  const std::uint64_t serial = is_stream(protocol) ? ++serials_ << 8 : 0;
  const Flow flow{protocol, edge_endpoint(protocol), endpoint(address), serial};
  return *phones_.emplace_back(std::make_unique<Phone>(*this, std::move(name), flow));
}

void Edge::passes(std::chrono::milliseconds time) {
  const registrar::Instant until = now_ + time;
  const auto next_deadline = [this] {
    std::optional<registrar::Instant> next;
    for (const auto& core : cores_) {
      const auto deadline = core->next_deadline();
      if (deadline && (!next || *deadline < *next)) next = deadline;
    }
    return next;
  };
  for (auto next = next_deadline(); next && *next <= until; next = next_deadline()) {
    now_ = std::max(now_, *next);
    for (const auto& core : cores_) core->advance(now_);
  }
  now_ = until;
  for (const auto& core : cores_) core->advance(now_);
}

void Edge::breaks(const Phone& phone) {
  breaks_unseen(phone);
  for (const auto& core : cores_) core->flow_closed(now_, phone.flow());
}

void Edge::breaks_unseen(const Phone& phone) {
  draw("  x  ", phone.name(), "(connection lost)");
  gone_.push_back(phone.flow().serial);
}

void Edge::icmp_says_unreachable(const Phone& phone) {
  draw(" <-- ", phone.name(), "(ICMP: port unreachable)");
  for (const auto& core : cores_) core->flow_unreachable(now_, phone.flow());
}

void Edge::sweeps_the_location_service() {
  for (int part = 0; part < 1024; ++part) location_.sweep(now_);
  for (unsigned part = 0; part < proxy::UaFlows::sweeps; ++part) {
    for (const Flow& flow : ua_flows_.sweep(now_)) location_.remove_flow(flow);
  }
}

bool Edge::is_gone(const Flow& flow) const {
  return is_stream(flow.protocol) && std::find(gone_.begin(), gone_.end(), flow.serial) != gone_.end();
}

bool Edge::send(const Flow& flow, std::string_view text) {
  if (is_gone(flow)) return false;
  Phone* phone = find(flow);
  draw(" --> ", phone ? phone->name() : flow.remote.text(), text);
  if (phone != nullptr) phone->inbox_.emplace_back(std::string(text));
  return phone != nullptr || !is_stream(flow.protocol);
}

void Edge::connect(const proxy::NextHop& hop, Connected done) {
  for (const auto& phone : phones_) {
    const Flow& flow = phone->flow();
    if (flow.protocol == hop.protocol && flow.remote == hop.address && !is_gone(flow)) return done(flow);
  }
  if (hop.protocol == Protocol::udp)
    return done(Flow{Protocol::udp, edge_endpoint(Protocol::udp), hop.address, 0});
  done(make_error_code(boost::system::errc::connection_refused));
}

void Edge::pass_to_shard(unsigned shard, const Flow& flow, std::string_view text) {
  if (shard >= cores_.size()) {
    ADD_FAILURE() << "there is no shard " << shard << "\n" << ladder_;
    return;
  }
  std::string buffer(text);
  cores_[shard]->receive(now_, flow, buffer);
}

void Edge::changed(std::string_view aor, registrar::Cause cause) {
  for (const auto& core : cores_) {
    if (core->watches_registration(aor)) core->registration_changed(now_, aor, cause);
  }
}

void Edge::resolve(const sip::Uri& uri, Resolved done) {
  std::vector<proxy::NextHop> hops;
  if (const auto name = names_.find(uri.host); name != names_.end()) {
    for (const std::string& address : name->second)
      hops.push_back({proxy::protocol_for(uri).value(), endpoint(address), name->first});
  }
  if (!late_) return done(std::move(hops));
  unanswered_.emplace_back(std::move(hops), std::move(done));
}

void Edge::answers_resolver() {
  for (auto& [hops, done] : std::exchange(unanswered_, {})) done(std::move(hops));
}

Phone* Edge::find(const Flow& flow) {
  const auto phone = std::find_if(phones_.begin(), phones_.end(),
                                  [&](const auto& candidate) { return candidate->flow() == flow; });
  return phone == phones_.end() ? nullptr : phone->get();
}

void Edge::receive(const Phone& from, const std::string& text) {
  draw(" <-- ", from.name(), text);
  std::string buffer = text;
  cores_.at(from.shard())->receive(now_, from.flow(), buffer);
}

void Edge::draw(std::string_view arrow, const std::string& who, std::string_view text) {
  ladder_ +=
      "  edge" + std::string(arrow) + who + "  " + std::string(text.substr(0, text.find("\r\n"))) + "\n";
}

}  // namespace flowgate::test
