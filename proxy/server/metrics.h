// What the program knows of itself, for those who watch it.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/server/overload_report.h"
#include "proxy/traffic.h"

namespace flowgate::server {

struct ShardMetrics {
  std::size_t transactions = 0;
  std::size_t transaction_octets = 0;
  std::size_t connections = 0;
  std::size_t subscriptions = 0;
  proxy::Traffic traffic;
};

struct Metrics {
  std::string_view version;  // of the program; outlives this
  std::size_t bindings = 0;
  std::size_t registered_flows = 0;
  Refused refused;
  std::chrono::system_clock::time_point started;
  std::vector<ShardMetrics> shards;

  // Prometheus' text format, version 0.0.4.
  std::string text() const;
};

}  // namespace flowgate::server
