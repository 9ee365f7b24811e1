// What must hold, whatever happens. Observers stand at a host and see every message there, both ways, before
// the network does anything to it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowtoken/flow.h"
#include "sim/agenda.h"
#include "sim/ladder.h"
#include "sim/packet.h"

namespace flowgate::sim {

struct Failure {
  std::string invariant;
  std::string what;
};

// The first failure ends the run.
class Verdict {
 public:
  void fail(std::string_view invariant, std::string what) {
    if (!failure_) failure_ = Failure{std::string(invariant), std::move(what)};
  }
  const std::optional<Failure>& failure() const { return failure_; }

 private:
  std::optional<Failure> failure_;
};

// Where observers stand.
struct Vantage {
  Endpoint address;  // of the host
  bool is_registrar = true;
  std::string next_hop;  // where an edge sends what is not for its phones: "203.0.113.9:5060"
};

class Observer {
 public:
  virtual ~Observer() = default;
  // The host is about to handle what came over `flow`, and has handled it.
  virtual void arriving(const Flow&, const Packet&) {}
  virtual void handled(const Flow&, const Packet&) {}
  // The host sends. `gone`: the shell knew no such connection.
  virtual void sent(const Flow&, const Packet&, bool /*gone*/) {}
  // It asks for a connection to there; what it has to send may come later.
  virtual void connecting(const Endpoint&) {}
  // It is told that the connection is gone.
  virtual void flow_closed(const Flow&) {}
  // Nothing has come over the flow for so long that it counts as gone, with its bindings.
  virtual void flow_silent(const Flow&) {}
  virtual void host_crashed() {}
  // Traffic has stopped and all timers have run out.
  virtual void finish() {}
};

class Observers final : public Observer {
 public:
  void add(std::unique_ptr<Observer> observer) { observers_.push_back(std::move(observer)); }

  void arriving(const Flow& flow, const Packet& packet) override {
    for (const auto& each : observers_) each->arriving(flow, packet);
  }
  void handled(const Flow& flow, const Packet& packet) override {
    for (const auto& each : observers_) each->handled(flow, packet);
  }
  void sent(const Flow& flow, const Packet& packet, bool gone) override {
    for (const auto& each : observers_) each->sent(flow, packet, gone);
  }
  void connecting(const Endpoint& to) override {
    for (const auto& each : observers_) each->connecting(to);
  }
  void flow_closed(const Flow& flow) override {
    for (const auto& each : observers_) each->flow_closed(flow);
  }
  void flow_silent(const Flow& flow) override {
    for (const auto& each : observers_) each->flow_silent(flow);
  }
  void host_crashed() override {
    for (const auto& each : observers_) each->host_crashed();
  }
  void finish() override {
    for (const auto& each : observers_) each->finish();
  }

 private:
  std::vector<std::unique_ptr<Observer>> observers_;
};

}  // namespace flowgate::sim
