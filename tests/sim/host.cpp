#include "sim/host.h"

#include <algorithm>
#include <array>
#include <random>

#include "stun/stun.h"

namespace flowgate::sim {
namespace {

constexpr std::array protocols = {Protocol::udp, Protocol::tcp, Protocol::tls};
constexpr std::uint16_t first_dialling_port = 32'768;

std::uint16_t port_of(Protocol protocol) {
  return protocol == Protocol::tls ? 5061 : 5060;
}

std::vector<proxy::Listening> listening(const Endpoint& address) {
  std::vector<proxy::Listening> all;
  for (const Protocol protocol : protocols) {
    all.push_back({protocol, address});
    all.back().local.port = port_of(protocol);
  }
  return all;
}

}  // namespace

Host::Host(World& world, Site& site, const Settings& settings)
    : world_(world),
      site_(site),
      settings_(settings),
      keys_(TokenKeys::from({TokenKey{1, {settings.key}}})),
      domains_({settings.domain}, {5060, 5061}),
      local_(listening(site.address), {}),
      random_(world.random.stream(site.name)),
      saboteur_(world, *this),
      core_timer_(world.agenda),
      sweep_timer_(world.agenda) {}

Host::~Host() = default;

Endpoint Host::address(Protocol protocol) const {
  Endpoint address = site_.address;
  address.port = port_of(protocol);
  return address;
}

void Host::start() {
  ++boots_;
  world_.ladder.event(site_.name + " starts");
  if (boots_ > 1) saboteur_.restarting(keys_);
  location_ = std::make_unique<registrar::MemoryStore>();
  ua_flows_ = std::make_unique<proxy::UaFlows>(settings_.roles.flow_timer + std::chrono::seconds{10}, 10'000);
  // Serials begin anywhere, so that a token from before names no connection of now.
  serial_ = random_.next() >> 9;
  make_core();
  world_.datagrams.open(site_, address(Protocol::udp), *this);
  for (const Protocol protocol : {Protocol::tcp, Protocol::tls})
    world_.streams.listen(address(protocol), *this);
  sweep();
}

void Host::make_core() {
  proxy::Core::Options options;
  options.roles = settings_.roles;
  options.settings = settings_.core;
  options.registrar = settings_.registrar;
  auto random = [random = random_.stream("core", boots_), &world = world_]() mutable {
    if (world.sabotage == Sabotage::use_true_entropy) return std::uint64_t{std::random_device{}()};
    return random.next();
  };
  core_ = std::make_unique<proxy::Core>(options, local_, domains_, *location_, *ua_flows_, keys_, *this,
                                        *this, random, world_.agenda.now());
}

void Host::crash(bool silently) {
  ++world_.faults.events;
  world_.ladder.event(site_.name + (silently ? " loses its power" : " crashes"));
  world_.datagrams.close(site_, address(Protocol::udp));
  for (const Protocol protocol : {Protocol::tcp, Protocol::tls})
    world_.streams.stop_listening(address(protocol));
  for (const auto& [serial, connection] : connections_) {
    silently ? world_.streams.vanish(connection->id(), connection->end())
             : world_.streams.close(connection->id(), connection->end());
  }
  core_timer_.cancel();
  sweep_timer_.cancel();
  core_.reset();
  location_.reset();
  ua_flows_.reset();
  connections_.clear();
  observers_.host_crashed();
}

// As transport/ does: line ends, zeros and blanks keep a NAT binding alive and mean nothing.
void Host::datagram(const Endpoint& local, const Endpoint& from, std::string_view octets) {
  const Flow flow{Protocol::udp, local, from, 0};
  if (octets.size() <= 4) return keepalive(flow);
  if (!stun::looks_like_stun(octets)) return receive(flow, std::string(octets));
  std::array<char, stun::max_response_bytes> response;
  const std::size_t size = stun::respond(octets, from, response);
  if (size > 0) world_.datagrams.send(site_, local, from, {response.data(), size});
  keepalive(flow);
}

void Host::keepalive(const Flow& flow) {
  core_->keepalive(world_.agenda.now(), flow);
}

StreamUser& Host::accept(ConnectionId id, const Endpoint& local, const Endpoint& remote) {
  const std::uint64_t serial = ++serial_ << 8;
  const Protocol protocol = local.port == port_of(Protocol::tls) ? Protocol::tls : Protocol::tcp;
  auto& connection = connections_[serial];
  connection =
      std::make_unique<HostConnection>(*this, world_.streams, id, Flow{protocol, local, remote, serial});
  return *connection;
}

void Host::receive(const Flow& flow, std::string text) {
  const Packet packet(text);
  saboteur_.spoil_arriving(text);
  world_.ladder.message(site_.name, "<--", flow.remote.text(), packet);
  drop_silent_flows();
  observers_.arriving(flow, packet);
  core_->receive(world_.agenda.now(), flow, text);
  observers_.handled(flow, packet);
  arm();
}

// As transport/ does: what we dialled serves all messages to that address.
void Host::connect(const proxy::NextHop& hop, Connected done) {
  observers_.connecting(hop.address);
  if (hop.protocol == Protocol::udp) return done(Flow{Protocol::udp, address(Protocol::udp), hop.address, 0});
  // Phones that can be reached without a flow are on UDP here; none of them listens for connections.
  if (!world_.streams.has_listened(hop.address)) {
    world_.agenda.enter(std::chrono::milliseconds{30}, [this, boot = boots_, done = std::move(done)] {
      if (core_ && boot == boots_) tell(done, make_error_code(boost::system::errc::connection_refused));
    });
    return;
  }
  const auto found =
      std::ranges::find_if(connections_, [&](const auto& each) { return each.second->leads_to(hop); });
  HostConnection& connection = found == connections_.end() ? dial(hop) : *found->second;
  connection.is_open() ? done(connection.flow()) : connection.wait(std::move(done));
}

HostConnection& Host::dial(const proxy::NextHop& hop) {
  Endpoint local = site_.address;
  local.port = static_cast<std::uint16_t>(first_dialling_port + next_port_++ % 20'000);
  const std::uint64_t serial = ++serial_ << 8;
  return *(connections_[serial] = std::make_unique<HostConnection>(
               *this, world_.streams, site_, Flow{hop.protocol, local, hop.address, serial}));
}

void Host::tell(const Connected& done, const boost::system::result<Flow>& flow) {
  core_->advance(world_.agenda.now());
  done(flow);
  arm();
}

void Host::connection_open(HostConnection& connection) {
  for (const Connected& done : connection.take_waiting()) tell(done, connection.flow());
}

void Host::connection_closed(const Flow& flow) {
  // The connection object is on the call stack.
  const auto ended = std::shared_ptr(std::move(connections_.at(flow.serial)));
  world_.agenda.enter(Duration{0}, [ended] {});
  connections_.erase(flow.serial);
  for (const Connected& done : ended->take_waiting())
    tell(done, make_error_code(boost::system::errc::connection_refused));
  if (ended->is_open()) tell_core_closed(flow);
}

void Host::connection_broken(const Flow& flow) {
  world_.verdict.fail("framing", site_.name + " finds the stream of " + flow.text() + " broken");
}

void Host::tell_core_closed(const Flow& flow) {
  // Not at once: between, the shell knows it to be gone and the core does not.
  world_.agenda.enter(Duration{100}, [this, flow, boot = boots_] {
    if (!core_ || boot != boots_) return;
    observers_.flow_closed(flow);
    core_->flow_closed(world_.agenda.now(), flow);
    arm();
  });
}

bool Host::send(const Flow& flow, std::string_view text) {
  const Packet packet{std::string(text)};
  if (saboteur_.spoil(flow, packet)) return true;
  if (packet.method() == "REGISTER" && packet.status() == 200) flows_seen_.push_back(flow);
  return transmit(flow, text);
}

bool Host::transmit(const Flow& flow, std::string_view text) {
  const Packet packet{std::string(text)};
  const bool stream = is_stream(flow.protocol);
  const auto connection = stream ? connections_.find(flow.serial) : connections_.end();
  const bool gone = stream && (connection == connections_.end() || connection->second->flow() != flow);
  world_.ladder.message(site_.name, gone ? "-x " : "-->", flow.remote.text(), packet);
  observers_.sent(flow, packet, gone);
  if (gone) return false;
  if (stream) {
    connection->second->write(text);
  } else {
    world_.datagrams.send(site_, flow.local, flow.remote, text);
  }
  return true;
}

void Host::pass_to_shard(unsigned, const Flow&, std::string_view text) {
  world_.verdict.fail("one shard", "for another shard: " + std::string(text));
}

void Host::resolve(const sip::Uri&, Resolved done) {
  done({});
}

void Host::arm() {
  if (saboteur_.stops_timers()) return;
  const auto next = core_->next_deadline();
  if (!next) return core_timer_.cancel();
  if (core_timer_.is_set() && *core_timer_.due() == *next) return;
  core_timer_.set(*next, [this] {
    core_->advance(world_.agenda.now());
    arm();
  });
}

void Host::sweep() {
  location_->sweep(world_.agenda.now());
  drop_silent_flows();
  sweep_timer_.set(std::chrono::seconds{1}, [this] { sweep(); });
}

// As proxy/server does each second: flows that have fallen silent go. The core knows it at once, so the
// observers must, too.
void Host::drop_silent_flows() {
  for (unsigned part = 0; part < proxy::UaFlows::sweeps; ++part) {
    for (const Flow& flow : ua_flows_->sweep(world_.agenda.now())) {
      world_.ladder.event(site_.name + ": " + flow.text() + " is silent");
      if (const auto found = connections_.find(flow.serial); found != connections_.end()) {
        world_.streams.close(found->second->id(), found->second->end());
        connection_closed(flow);
      }
      observers_.flow_silent(flow);
      location_->remove_flow(flow);
    }
  }
}

std::size_t Host::flows_with_bindings() const {
  return static_cast<std::size_t>(std::ranges::count_if(flows_seen_, [&](const Flow& flow) {
    return static_cast<bool>(location_->registered_over(flow, world_.agenda.now()));
  }));
}

}  // namespace flowgate::sim
