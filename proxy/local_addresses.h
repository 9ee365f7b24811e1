// The addresses at which we are reached: ours in Route and Request-URI, and what we write into Via and
// Record-Route.
#pragma once

#include <string>
#include <vector>

#include "flowtoken/flow.h"
#include "sip/uri.h"

namespace flowgate::proxy {

struct Listening {
  Protocol protocol = Protocol::udp;
  Endpoint local;  // perhaps the unspecified address
};

class LocalAddresses {
 public:
  // `interfaces`: the addresses of this host (ports ignored), which a listener on the unspecified address
  // stands for. `names`: of this host, in any case.
  LocalAddresses(std::vector<Listening> listening, std::vector<Endpoint> interfaces,
                 std::vector<std::string> names = {});

  // Does the URI's host and port (default 5060, with TLS 5061, for WebSocket 80 and 443) name a listener? A
  // name without a port means any of them (RFC 3263 §4.2). `arrived_at`: the local end of the flow that the
  // request came over, which is ours whatever the interfaces say.
  bool is_ours(const sip::Uri& uri, const Endpoint& arrived_at) const;

  // Where a peer at the other end of `flow` finds us again: the flow's local address; for a connection that
  // we opened, whose local port nobody listens on, with the port of a listener of that protocol.
  Endpoint sent_by(const Flow& flow) const;
  // Is there a listener for it, for IPv6 or for IPv4?
  bool listens_over(Protocol protocol, bool v6) const;
  // Where another node that shares our location service reaches us, at the local address of `flow`: UDP, or
  // else TCP, or else TLS.
  Listening for_peers(const Flow& flow) const;
  // Might sent_by() have said so?
  bool is_sent_by(const Endpoint& address) const { return listens(address, address.port, true); }

 private:
  bool is_ours_by_name(const sip::Uri& uri, std::uint16_t port) const;
  bool listens(const Endpoint& address, std::uint16_t port, bool known_local) const;

  std::vector<Listening> listening_;
  std::vector<Endpoint> interfaces_;
  std::vector<std::string> names_;
};

}  // namespace flowgate::proxy
