// What a seed means: who is there, behind what, and how much goes wrong.
#pragma once

#include <string>
#include <vector>

#include "sim/host.h"
#include "sim/internet.h"
#include "sim/user_agent.h"

namespace flowgate::sim {

struct Scenario {
  struct Place {
    bool has_nat = false;
    Nat::Settings nat;
    Link link;
  };
  // Two edges, each on its own, before a registrar on its own; else one host is both.
  struct Trunk {
    bool exists = false;
    Protocol protocol = Protocol::udp;  // between them
    Link link;                          // of the registrar
    // Mean times between crashes, partitions of an edge from the registrar, and breaks of a connection.
    Duration crash{}, partition{}, broken{};
  };
  struct Phone {
    UserAgent::Kind kind = UserAgent::Kind::rfc;
    unsigned user = 0;
    unsigned place = 0;
    unsigned edge = 0;  // of its first flow; its second one leads to the other
    std::vector<Protocol> protocols;
    std::chrono::seconds expires{300};
    std::string q;
    Duration pause{};
    double silence = 0;
  };
  // Mean times between faults of each sort; 0: none.
  struct Faults {
    Duration crash{}, nat_reboot{}, partition{}, bad_link{}, reset{}, sever{}, phone_restart{};
  };

  static Scenario from(const Random& random);

  std::vector<Place> places;
  std::vector<Phone> phones;
  Faults faults;
  Trunk trunk;
  Host::Settings host;

  // Faults stop at `calm`; from `probe` on everybody must be reached; at `quiet` nobody starts anything new;
  // at `leave` the phones go; at `end` nothing may be left.
  Duration calm = std::chrono::minutes{36}, probe = std::chrono::minutes{52},
           quiet = std::chrono::minutes{53}, leave = std::chrono::minutes{60}, end = std::chrono::minutes{73};
};

}  // namespace flowgate::sim
