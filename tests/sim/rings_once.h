// No instance rings twice for one request: while one of its flows may still lead to it, no other is tried
// (RFC 5626 §7). So it is at each host, and at an edge with the way to the registrar.
#pragma once

#include "sim/forwarding.h"

namespace flowgate::sim {

class RingsOnce final : public Observer {
 public:
  static constexpr std::string_view name = "rings once";
  // `patience`: how long the registrar waits for a sign of life from a flow before it tries the next.
  RingsOnce(const Agenda& agenda, const Forwarding& forwarding, Duration patience, Verdict& verdict)
      : agenda_(agenda), forwarding_(forwarding), patience_(patience), verdict_(verdict) {}

  void sent(const Flow& flow, const Packet& packet, bool gone) override;

 private:
  bool has_failed(const Attempt& attempt) const;

  const Agenda& agenda_;
  const Forwarding& forwarding_;
  Duration patience_;
  Verdict& verdict_;
};

}  // namespace flowgate::sim
