// Every server transaction gets exactly one final response, over the flow that its request came over; and
// nobody gets one who did not ask.
#pragma once

#include <map>
#include <string>

#include "sim/forwarding.h"

namespace flowgate::sim {

class OneFinalResponse final : public Observer {
 public:
  static constexpr std::string_view name = "one final response";
  OneFinalResponse(const Forwarding& forwarding, Verdict& verdict)
      : forwarding_(forwarding), verdict_(verdict) {}

  void arriving(const Flow& flow, const Packet& packet) override;
  void sent(const Flow& flow, const Packet& packet, bool gone) override;
  void host_crashed() override { servers_.clear(); }
  void finish() override;

 private:
  struct Server {
    Packet request;
    Flow flow;
    bool gone = false;
    int status = 0;
    std::string final_response;
  };
  bool is_way_back(const Server& server, const Flow& flow) const;
  bool may_stay_silent(const Server& server) const;

  const Forwarding& forwarding_;
  Verdict& verdict_;
  std::map<std::string, Server, std::less<>> servers_;
};

}  // namespace flowgate::sim
