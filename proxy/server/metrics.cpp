#include "proxy/server/metrics.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace flowgate::server {
namespace {

class Text {
 public:
  void begin(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(std::back_inserter(out_), "# HELP flowgate_{0} {2}\n# TYPE flowgate_{0} {1}\n", name, type,
                   help);
  }
  // Of what begin() has named.
  template <class Number>
  void value(std::string_view labels, Number number) {
    fmt::format_to(std::back_inserter(out_), "flowgate_{}{} {}\n", name_, labels, number);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  std::string_view name_;
};

void write_refused(const Refused& refused, Text& text) {
  text.begin("requests_refused_total", "counter", "Requests answered 503 because of overload.");
  text.value("{kind=\"registration\"}", refused.registrations);
  text.value("{kind=\"refresh\"}", refused.refreshes);
  text.value("{kind=\"other\"}", refused.others);
}

void write_traffic(const std::vector<ShardMetrics>& shards, Text& text) {
  proxy::Traffic all;
  for (const ShardMetrics& shard : shards) all += shard.traffic;
  text.begin("requests_total", "counter", "Requests by method; repetitions do not count.");
  for (std::size_t i = 0; i < all.requests.size(); ++i) {
    const auto method = static_cast<sip::Method>(i);
    const std::string_view name = method == sip::Method::other ? "other" : sip::method_name(method);
    text.value(fmt::format("{{method=\"{}\"}}", name), all.requests[i]);
  }
  text.begin("responses_total", "counter", "Responses to them by class; repetitions do not count.");
  for (std::size_t i = 0; i < all.responses.size(); ++i)
    text.value(fmt::format("{{class=\"{}xx\"}}", i + 1), all.responses[i]);
}

}  // namespace

std::string Metrics::text() const {
  Text text;
  const auto by_shard = [&](std::string_view name, std::string_view help,
                            std::size_t ShardMetrics::*const number) {
    text.begin(name, "gauge", help);
    for (std::size_t shard = 0; shard < shards.size(); ++shard)
      text.value(fmt::format("{{shard=\"{}\"}}", shard), shards[shard].*number);
  };
  text.begin("build_info", "gauge", "Always 1; the version is the label.");
  text.value(fmt::format("{{version=\"{}\"}}", version), 1);
  text.begin("start_time_seconds", "gauge", "When it was started, in seconds since 1970.");
  text.value("", std::chrono::duration_cast<std::chrono::seconds>(started.time_since_epoch()).count());
  text.begin("bindings", "gauge",
             "Bindings in the location service, with those that have expired and were not swept yet.");
  text.value("", bindings);
  text.begin("registered_flows", "gauge",
             "Flows that UAs have registered over, until those registrations would have expired.");
  text.value("", registered_flows);
  by_shard("transactions", "Transactions, those that only repeat an answer among them.",
           &ShardMetrics::transactions);
  by_shard("transaction_bytes", "What they keep of messages.", &ShardMetrics::transaction_octets);
  by_shard("connections", "Connections over TCP, TLS and WebSocket.", &ShardMetrics::connections);
  by_shard("subscriptions", "Subscriptions to registrations.", &ShardMetrics::subscriptions);
  write_traffic(shards, text);
  write_refused(refused, text);
  return text.take();
}

}  // namespace flowgate::server
