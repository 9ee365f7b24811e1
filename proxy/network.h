// What the core needs from the world: flows to send on, connections to peers, names to addresses. Each is a
// small interface that the core owns; sockets implement it in production, ladders and the simulator in tests.
// Used from the shard's thread only.
#pragma once

#include <boost/system/result.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "flowtoken/flow.h"
#include "sip/uri.h"

namespace flowgate::proxy {

// One address to try for a URI (RFC 3263 §4).
struct NextHop {
  Protocol protocol = Protocol::udp;
  Endpoint address;
  std::string tls_name;  // the name that the peer's certificate must be for (RFC 5922 §7)
};

// What an IPv4 datagram may hold (RFC 768, RFC 791).
constexpr std::size_t max_datagram_octets = 65'507;

class Network {
 public:
  virtual ~Network() = default;

  // Sends one message. False: the flow is known to be gone. True promises nothing; a stream flow that turns
  // out to be gone is reported by Core::flow_closed.
  virtual bool send(const Flow& flow, std::string_view text) = 0;

  // A flow to a peer that is not a UA's (for those, only the flow they opened will do). `done` is called
  // once, at once or later.
  using Connected = std::function<void(boost::system::result<Flow>)>;
  virtual void connect(const NextHop& hop, Connected done) = 0;

  // A response that belongs to a transaction of another shard, or a request within a dialog of that: its
  // Core::receive gets it.
  virtual void pass_to_shard(unsigned shard, const Flow& flow, std::string_view text) = 0;
};

class Resolver {
 public:
  virtual ~Resolver() = default;
  // The addresses of a SIP URI whose host is a name, in the order to try; none when the name does not
  // resolve. `done` is called once, at once or later.
  using Resolved = std::function<void(std::vector<NextHop>)>;
  virtual void resolve(const sip::Uri& uri, Resolved done) = 0;

  // A next hop gave a transport error, no answer at all, or a 503 (RFC 3263 §4.3): others are to be tried
  // before it for a while.
  virtual void failed(const NextHop& /*hop*/) {}
  // Has it failed so lately that others are tried before it?
  virtual bool is_set_aside(const NextHop& /*hop*/) { return false; }
};

// The transport parameter of a URI that names us on that protocol. RFC 7118 §5.2: "ws", over TLS as well;
// with `sips` TLS goes without saying.
void append_transport(Protocol protocol, bool sips, std::string& uri);

// RFC 3263 §4.1: the transport that the URI itself asks for: its transport parameter; else TLS for sips; else
// UDP. Nothing for a transport that is unknown or cannot be opened towards a peer (WebSocket).
std::optional<Protocol> protocol_for(const sip::Uri& uri);
// The next hop of a URI whose maddr, or else whose host, is an address; nothing when it is a name. The port
// defaults to 5060, with TLS 5061.
std::optional<NextHop> literal_next_hop(const sip::Uri& uri);

}  // namespace flowgate::proxy
