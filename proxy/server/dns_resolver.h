// The core's Resolver: next hops by RFC 3263, from the DNS and the hosts file.
#pragma once

#include <functional>

#include "proxy/network.h"
#include "transport/dns/next_hop_resolver.h"

namespace flowgate::server {

class DnsResolver final : public proxy::Resolver {
 public:
  // `before` and `after` are called around each `done`: time must have moved before the core goes on, and
  // what it did may need a timer. Throws std::runtime_error when c-ares cannot start.
  DnsResolver(boost::asio::io_context& context, const dns::Options& options, dns::Dialable dialable,
              dns::Random random, std::function<void()> before, std::function<void()> after)
      : next_hops_(context, options, std::move(dialable), std::move(random)),
        before_(std::move(before)),
        after_(std::move(after)) {}

  void resolve(const sip::Uri& uri, Resolved done) override;
  void failed(const proxy::NextHop& hop) override;
  bool is_set_aside(const proxy::NextHop& hop) override;

  // No `done` is called any more, and what they hold is let go.
  void stop() { next_hops_.stop(); }

 private:
  dns::NextHopResolver next_hops_;
  std::function<void()> before_, after_;
};

}  // namespace flowgate::server
