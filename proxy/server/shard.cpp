#include "proxy/server/shard.h"

#include <boost/asio/post.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "proxy/branch.h"
#include "proxy/server/processors.h"
#include "proxy/server/random_number.h"

namespace flowgate::server {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

Shard::Shard(unsigned number, std::uint64_t first_serial, const transport::Options& options,
             std::shared_ptr<const transport::TlsContexts> tls,
             const std::vector<std::unique_ptr<Shard>>& shards, const dns::Options& dns)
    : number_(number),
      shards_(shards),
      tls_(tls != nullptr),
      transport_(context_, number, first_serial, options, std::move(tls), *this),
      resolver_(
          context_, dns, [this](Protocol protocol, bool v6) { return dialable(protocol, v6); }, random_number,
          [this] { core_->advance(Clock::now()); }, [this] { arm(); }),
      inbox_(context_, [this](const Flow& flow, std::span<char> text) { handle(flow, text); }) {}

Shard::~Shard() = default;

transport::Listener Shard::listen(const transport::Listener& listener) {
  const transport::Listener bound = transport_.listen(listener);
  if (bound.protocol == Protocol::udp) (bound.local.v6 ? udp_v6_ : udp_v4_) = true;
  return bound;
}

// A datagram needs one of our sockets, so that the answer finds us; connections are made from any port.
bool Shard::dialable(Protocol protocol, bool v6) const {
  if (protocol == Protocol::udp) return v6 ? udp_v6_ : udp_v4_;
  return protocol == Protocol::tcp || (protocol == Protocol::tls && tls_);
}

void Shard::make_core(const proxy::Core::Options& options, const proxy::LocalAddresses& local,
                      const registrar::Domains& domains, registrar::LocationService& location,
                      proxy::UaFlows& ua_flows, const TokenKeys& keys) {
  if (!location.is_immediate()) {
    location_ = std::make_unique<HomeLocation>(
        context_, location, [this] { core_->advance(Clock::now()); }, [this] { arm(); });
  }
  core_ = std::make_unique<proxy::Core>(options, local, domains, location_ ? *location_ : location, ua_flows,
                                        keys, *this, resolver_, random_number, Clock::now());
}

void Shard::run(const std::vector<int>& processors) {
  thread_ = std::thread([this] { context_.run(); });
  keep_to(thread_, processors);
}

void Shard::stop() {
  boost::asio::post(context_, [this] {
    transport_.stop();
    resolver_.stop();
    context_.stop();
  });
  if (thread_.joinable()) thread_.join();
}

// The kernel spreads datagrams by their addresses: a response may come to any shard. It is parsed where its
// transaction is; that shard's core finds out should it be another's after all.
void Shard::received(const Flow& flow, std::span<char> text) {
  const std::string_view whole{text.data(), text.size()};
  const auto shard = shards_.size() > 1 ? proxy::shard_of_response(whole) : std::nullopt;
  if (shard && *shard != number_) return pass_to_shard(*shard, flow, whole);
  handle(flow, text);
}

void Shard::handle(const Flow& flow, std::span<char> text) {
  core_->receive(Clock::now(), flow, text);
  arm();
}

void Shard::keepalive(const Flow& flow) {
  core_->keepalive(Clock::now(), flow);
}

void Shard::behind(unsigned percent) {
  core_->behind(percent);
}

ShardMetrics Shard::metrics() const {
  return {core_->transactions(), core_->transaction_octets(), transport_.connections(),
          core_->subscriptions(), core_->traffic()};
}

Refused Shard::refused() const {
  using proxy::Admission;
  const proxy::OverloadControl& overload = core_->overload();
  return {overload.refused(Admission::registration), overload.refused(Admission::refresh),
          overload.refused(Admission::beginning)};
}

void Shard::registration_changed(std::string_view aor, registrar::Cause cause) {
  if (!core_->watches_registration(aor)) return;
  boost::asio::post(context_, [this, aor = std::string(aor), cause] {
    core_->registration_changed(Clock::now(), aor, cause);
    arm();
  });
}

void Shard::close(const Flow& flow) {
  boost::asio::post(context_, [this, flow] { transport_.close(flow); });
}

void Shard::use(std::shared_ptr<const transport::TlsContexts> tls) {
  boost::asio::post(context_, [this, tls = std::move(tls)] { transport_.use(tls); });
}

void Shard::closed(const Flow& flow) {
  flow_closed(flow);
  // Another shard may be waiting for an answer over this connection.
  for (const auto& shard : shards_) {
    if (shard.get() == this) continue;
    boost::asio::post(shard->context_, [other = shard.get(), flow] { other->flow_closed(flow); });
  }
}

void Shard::flow_closed(const Flow& flow) {
  core_->flow_closed(Clock::now(), flow);
  arm();
}

void Shard::unreachable(const Flow& flow) {
  flow_unreachable(flow);
  // The kernel gives an ICMP error to the socket that would receive from the flow, whichever has sent.
  for (const auto& shard : shards_) {
    if (shard.get() == this) continue;
    boost::asio::post(shard->context_, [other = shard.get(), flow] { other->flow_unreachable(flow); });
  }
}

void Shard::flow_unreachable(const Flow& flow) {
  core_->flow_unreachable(Clock::now(), flow);
  arm();
}

bool Shard::send(const Flow& flow, std::string_view text) {
  // A datagram may leave from any shard's socket: they are bound to the same address. A connection has one
  // owner.
  if (!is_stream(flow.protocol) || flow.shard() == number_) return transport_.send(flow, text);
  if (flow.shard() >= shards_.size()) return false;
  Shard* owner = shards_[flow.shard()].get();
  boost::asio::post(owner->context_, [this, owner, flow, text = std::string(text)] {
    if (owner->transport_.send(flow, text)) return;
    boost::asio::post(context_, [this, flow] { flow_closed(flow); });
  });
  return true;
}

void Shard::connect(const proxy::NextHop& hop, Connected done) {
  transport_.connect(hop.protocol, hop.address, hop.tls_name,
                     [this, done = std::move(done)](boost::system::result<Flow> flow) {
                       core_->advance(Clock::now());
                       done(flow);
                       arm();
                     });
}

void Shard::pass_to_shard(unsigned shard, const Flow& flow, std::string_view text) {
  if (shard < shards_.size()) shards_[shard]->inbox_.put(flow, text);
}

// The timer is only ever moved forward in time by its own expiry: most messages change nothing about it.
void Shard::arm() {
  const auto next = core_->next_deadline();
  if (!next || (armed_ && *armed_ <= *next)) return;
  armed_ = next;
  timer_.expires_at(*next);
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    armed_.reset();
    core_->advance(Clock::now());
    arm();
  });
}

}  // namespace flowgate::server
