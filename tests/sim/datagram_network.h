// Datagrams between sites: lost, doubled, late and out of order as the links and NATs on their way have it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "sim/faults_seen.h"
#include "sim/internet.h"

namespace flowgate::sim {

class DatagramUser {
 public:
  virtual ~DatagramUser() = default;
  virtual void datagram(const Endpoint& local, const Endpoint& from, std::string_view octets) = 0;
};

class DatagramNetwork {
 public:
  DatagramNetwork(Agenda& agenda, Internet& internet, FaultsSeen& faults, Random random)
      : agenda_(agenda), internet_(internet), faults_(faults), random_(random) {}

  void open(const Site& site, const Endpoint& local, DatagramUser& user);
  void close(const Site& site, const Endpoint& local);
  void send(Site& from, const Endpoint& local, const Endpoint& to, std::string_view octets);

 private:
  Duration delay(const Link& a, const Link& b);
  void arrive(const Endpoint& from, const Endpoint& to, const std::string& octets);

  Agenda& agenda_;
  Internet& internet_;
  FaultsSeen& faults_;
  Random random_;
  std::map<std::pair<unsigned, Endpoint>, DatagramUser*> sockets_;  // by site and inner address
};

}  // namespace flowgate::sim
