// One shard: a thread, an io_context, sockets and a core (see "Shared-nothing shards" in the README). The
// only place where core meets transport.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "proxy/core.h"
#include "proxy/network.h"
#include "proxy/server/dns_resolver.h"
#include "proxy/server/home_location.h"
#include "proxy/server/inbox.h"
#include "proxy/server/metrics.h"
#include "proxy/server/overload_report.h"
#include "transport/transport.h"

namespace flowgate::server {

class Shard final : public transport::Receiver, public proxy::Network {
 public:
  // `shards`: all of them, this one among them; filled before run().
  Shard(unsigned number, std::uint64_t first_serial, const transport::Options& options,
        std::shared_ptr<const transport::TlsContexts> tls, const std::vector<std::unique_ptr<Shard>>& shards,
        const dns::Options& dns = {});
  ~Shard() override;

  // Throws boost::system::system_error.
  transport::Listener listen(const transport::Listener& listener);
  // Once, before run().
  void make_core(const proxy::Core::Options& options, const proxy::LocalAddresses& local,
                 const registrar::Domains& domains, registrar::LocationService& location,
                 proxy::UaFlows& ua_flows, const TokenKeys& keys);

  // Starts the thread, which keeps to these processors; stop() ends it and waits for it.
  void run(const std::vector<int>& processors);
  void stop();

  // From any thread: for TLS connections from now on.
  void use(std::shared_ptr<const transport::TlsContexts> tls);

  boost::asio::io_context& context() { return context_; }

  // From any thread: the bindings of the AOR have changed.
  void registration_changed(std::string_view aor, registrar::Cause cause);
  // From any thread: closes a connection of this shard.
  void close(const Flow& flow);

  // On its own thread.
  ShardMetrics metrics() const;
  // From any thread: what was turned away so far.
  Refused refused() const;

  // transport::Receiver
  void received(const Flow& flow, std::span<char> text) override;
  void keepalive(const Flow& flow) override;
  void behind(unsigned percent) override;
  void closed(const Flow& flow) override;
  void unreachable(const Flow& flow) override;

  // proxy::Network
  bool send(const Flow& flow, std::string_view text) override;
  void connect(const proxy::NextHop& hop, Connected done) override;
  void pass_to_shard(unsigned shard, const Flow& flow, std::string_view text) override;

 private:
  void handle(const Flow& flow, std::span<char> text);
  void flow_closed(const Flow& flow);
  void flow_unreachable(const Flow& flow);
  bool dialable(Protocol protocol, bool v6) const;
  void arm();

  unsigned number_;
  // Its sockets and timers belong to one thread: they need no locks. From another one only post() is called.
  boost::asio::io_context context_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  const std::vector<std::unique_ptr<Shard>>& shards_;
  const bool tls_;
  bool udp_v4_ = false, udp_v6_ = false;  // there is a socket
  transport::Transport transport_;
  DnsResolver resolver_;
  std::unique_ptr<HomeLocation> location_;  // none over a location service that is immediate
  std::unique_ptr<proxy::Core> core_;
  Inbox inbox_;
  boost::asio::steady_timer timer_{context_};
  std::optional<registrar::Instant> armed_;
  std::thread thread_;
};

}  // namespace flowgate::server
