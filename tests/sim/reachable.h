// An acknowledged registration is reachable while its flow lives: whoever asks for an AOR or a GRUU, the
// registrar tries every instance that the registrar has promised, at once.
#pragma once

#include <string>

#include "sim/forwarding.h"

namespace flowgate::sim {

class Reachable final : public Observer {
 public:
  static constexpr std::string_view name = "reachable";
  Reachable(const Forwarding& forwarding, Verdict& verdict) : forwarding_(forwarding), verdict_(verdict) {}

  void handled(const Flow& flow, const Packet& packet) override;

 private:
  const Forwarding& forwarding_;
  Verdict& verdict_;
};

}  // namespace flowgate::sim
