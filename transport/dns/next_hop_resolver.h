// The next hops of URIs (RFC 3263): lookups, carried out with the hosts file, the cache and the DNS, of one
// shard. On the one thread that runs the io_context.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sip/uri.h"
#include "transport/dns/ares_channel.h"
#include "transport/dns/hosts_file.h"
#include "transport/dns/next_hop_lookup.h"
#include "transport/dns/set_aside.h"
#include "transport/dns/shared_queries.h"

namespace flowgate::dns {

struct Options {
  ChannelOptions channel;
  CacheOptions cache;
  SetAsideOptions set_aside;
  LookupLimits limits;
  std::size_t max_queries = 1024;  // waiting for an answer
  // Of all questions for one URI together, well below the 32 s of Timer B: a caller is to hear of a DNS that
  // does not work.
  std::chrono::milliseconds deadline{15'000};
  // For further addresses, once there is one: a target that cannot be looked up is not to hold up the others.
  std::chrono::milliseconds patience{1000};
  std::filesystem::path hosts_file = "/etc/hosts";
};

class NextHopResolver {
 public:
  // Throws std::runtime_error when c-ares cannot start. `random` need not be unpredictable.
  NextHopResolver(boost::asio::io_context& context, const Options& options, Dialable dialable, Random random);
  ~NextHopResolver();
  NextHopResolver(const NextHopResolver&) = delete;
  NextHopResolver& operator=(const NextHopResolver&) = delete;

  // In the order to try; none when there is no way to the URI. `done` is called once, at once or later. `uri`
  // is only used during the call.
  using Resolved = std::function<void(std::vector<NextHop>)>;
  void resolve(const sip::Uri& uri, Resolved done);

  // A transport error, no answer at all, or a 503 (RFC 3263 §4.3).
  void failed(const NextHop& next_hop);
  // It has failed within Options::set_aside. What resolve() gave is in that order already.
  bool is_set_aside(const NextHop& next_hop);

  // No `done` is called any more, and what they hold is let go.
  void stop();

 private:
  class Resolution;

  void ask(const Question& question, SharedQueries::Answered done);
  AnswerPtr from_hosts_file(const Question& question);
  void order(std::vector<NextHop>& next_hops);

  boost::asio::io_context& context_;
  const Options options_;
  const Client client_;
  HostsFile hosts_;
  SharedQueries queries_;
  SetAside set_aside_;
  std::shared_ptr<AresChannel> channel_;
};

}  // namespace flowgate::dns
