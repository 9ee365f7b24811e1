#include "sim/datagram_network.h"

namespace flowgate::sim {

void DatagramNetwork::open(const Site& site, const Endpoint& local, DatagramUser& user) {
  sockets_[{site.number, local}] = &user;
}

void DatagramNetwork::close(const Site& site, const Endpoint& local) {
  sockets_.erase({site.number, local});
}

Duration DatagramNetwork::delay(const Link& a, const Link& b) {
  return a.latency + b.latency + random_.between(Duration{0}, a.jitter + b.jitter);
}

void DatagramNetwork::send(Site& from, const Endpoint& local, const Endpoint& to, std::string_view octets) {
  // The NAT maps what leaves, whatever becomes of it further on.
  const Endpoint source = from.nat ? from.nat->outbound(local, to, agenda_.now()) : local;
  Site* const destination = internet_.at(to);
  if (destination == nullptr) return;
  const Link &a = from.link, &b = destination->link;
  if (internet_.is_cut(from, *destination) || random_.chance(a.loss) || random_.chance(b.loss)) {
    ++faults_.lost;
    return;
  }
  const bool twice = random_.chance(a.duplicate) || random_.chance(b.duplicate);
  faults_.duplicated += twice ? 1 : 0;
  for (int copy = 0; copy < (twice ? 2 : 1); ++copy) {
    agenda_.enter(delay(a, b), [this, source, to, text = std::string(octets)] { arrive(source, to, text); });
  }
}

void DatagramNetwork::arrive(const Endpoint& from, const Endpoint& to, const std::string& octets) {
  Site& site = *internet_.at(to);
  Endpoint local = to;
  if (site.nat) {
    const auto inner = site.nat->inbound(to, from, agenda_.now());
    if (!inner) {
      ++faults_.unmapped;
      return;
    }
    local = *inner;
  }
  const auto socket = sockets_.find({site.number, local});
  if (socket != sockets_.end()) socket->second->datagram(local, from, octets);
}

}  // namespace flowgate::sim
