// A UA's keepalives: RFC 5626 §4.4.1 (CRLF, on streams) and §4.4.2 (STUN, on UDP).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "sim/agenda.h"

namespace flowgate::sim {

class Keepalive {
 public:
  enum class Kind : std::uint8_t {
    stun,
    crlf,
    blank,  // of UAs without outbound: keeps the NAT's mapping, nobody answers
  };
  struct Outlet {
    std::function<void(std::string_view)> send;
    std::function<void(std::string_view why)> failed;
  };

  Keepalive(Agenda& agenda, Random random, Kind kind, Outlet outlet);

  // From now on, between `low` and `high` from one to the next. For the same flow as before, or after stop().
  void start(Duration low, Duration high);
  void stop();
  void pong();
  // A STUN message came.
  void stun(std::string_view octets);

 private:
  void wait();
  void probe();
  void send_stun();

  Random random_;
  Kind kind_;
  Outlet outlet_;
  Duration low_{}, high_{};
  std::string request_;  // the STUN request under way
  std::string mapped_;   // XOR-MAPPED-ADDRESS of the flow, as it stands in the responses
  unsigned sent_ = 0;
  Alarm next_, timeout_;
};

}  // namespace flowgate::sim
