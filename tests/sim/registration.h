// One registration of a UA over one flow: RFC 5626 §4.2 to §4.5, or plain RFC 3261 §10.2.
#pragma once

#include <string>

#include "sim/ua_flow.h"

namespace flowgate::sim {

class UserAgent;

class Registration final : public UaFlowUser {
 public:
  struct Settings {
    unsigned reg_id = 1;
    std::chrono::seconds expires{300};
    std::string q;  // "" for none
  };
  Registration(World& world, UserAgent& agent, const Settings& settings, Site& site,
               const UaFlow::Settings& flow, Random random);

  UaFlow& flow() { return flow_; }
  bool is_registered() const;
  void start();
  // The device is switched off: nobody is told.
  void stop();
  // Removes the binding, and closes the flow when that is done.
  void unregister();

  void flow_open() override;
  void flow_failed(std::string_view why) override;
  void flow_received(UaFlow& flow, const Packet& packet) override;

 private:
  enum class State : std::uint8_t { off, opening, registering, registered, waiting, leaving };
  void send_register(std::chrono::seconds expires);
  void answered(const Packet& response);
  void registered(const Packet& response);
  void fail(std::string_view why);
  std::string outbound_params() const;
  std::string contact(std::chrono::seconds expires) const;

  World& world_;
  UserAgent& agent_;
  Settings settings_;
  Random random_;
  State state_ = State::off;
  std::string call_id_;
  unsigned cseq_ = 0;
  unsigned failures_ = 0;
  std::chrono::seconds expires_;
  Instant until_{}, stable_since_{};
  Alarm next_;
  UaFlow flow_;  // the last one: it tells nobody when it goes
};

}  // namespace flowgate::sim
