// Sockets of one shard: UDP, TCP, TLS and WebSocket listeners and the connections that come out of them,
// turned into (Flow, message) and back. STUN and keepalives are answered here, on the spot (RFC 5626 §3.5,
// §8).
//
// All calls and all callbacks on the one thread that runs the io_context.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/system/result.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flowtoken/address_prefix.h"
#include "flowtoken/flow.h"
#include "sip/limits.h"
#include "transport/tls_contexts.h"
#include "transport/websocket/handshake.h"

namespace flowgate::transport {

struct Listener {
  Protocol protocol = Protocol::udp;
  Endpoint local;  // port 0: any free one
};

struct WebSocketOptions {
  Origins origins;
  std::size_t max_handshake_bytes = 8192;  // of the HTTP request
  std::chrono::seconds ping_interval{30};  // 0: never
};

struct Options {
  sip::Limits limits;
  std::size_t max_connections = 100'000;  // of this shard; more are accepted and closed at once
  std::size_t max_send_queue = 1 << 20;  // octets waiting in one connection; over it the connection is closed
  std::chrono::seconds handshake_timeout{
      10};                                   // PROXY protocol header, TLS and WebSocket handshakes, together
  std::chrono::seconds message_timeout{30};  // from a message's first octet to its last, on a stream
  std::chrono::seconds connect_timeout{5};   // TCP connect and TLS handshake of connections that we make
  std::chrono::seconds send_timeout{30};     // an octet that twice this time does not get rid of closes
  // Of connections that peers open: how long nothing of theirs need be accepted.
  std::chrono::seconds unaccepted_timeout{120};
  std::vector<AddressPrefix> peers;  // whose connections may be idle: other proxies
  // How long what comes in may wait to be handled before Receiver::behind() hears of it; 0: it never does.
  std::chrono::milliseconds max_delay{30};
  // What stands in front of the number of the shard in the branch of our Vias, for the kernel to find
  // (response_steering.h); empty: it shall not look.
  std::string_view branch_mark;
  std::size_t udp_buffer = 8 << 20;    // octets asked for, for what waits to be read, and to be sent
  std::vector<AddressPrefix> proxies;  // connections from them begin with a PROXY protocol header
  WebSocketOptions websocket;
};

// Throws boost::system::system_error when another socket, this process's own among them, is bound to the
// address. To be called before the first shard listens.
void check_unused(const Listener& listener);

// Who gets what comes in.
class Receiver {
 public:
  virtual ~Receiver() = default;
  // One whole message. `text` is valid, and may be changed, during the call.
  virtual void received(const Flow& flow, std::span<char> text) = 0;
  // A line end or a STUN request, answered here; or whatever else keeps a NAT binding alive.
  virtual void keepalive(const Flow& /*flow*/) {}
  // More comes in than is handled: for a tenth of a second and more what came had to wait for longer than
  // Options::max_delay, and now for so many percent of it; or UDP buffers were more than half full, and are
  // 100 at a half, 200 at three quarters, and so on. 0: not any more. Called when that changes.
  virtual void behind(unsigned /*percent*/) {}
  // The connection is gone, whoever closed it. Called once for every stream flow that was seen, never from
  // inside send().
  virtual void closed(const Flow& flow) = 0;
  // Something that was sent over this UDP flow has met an ICMP error, or could not be sent: RFC 3261 §18.4.
  // Anybody who guesses the addresses can forge that. Never called from inside send().
  virtual void unreachable(const Flow& flow) = 0;
};

class Shard;

class Transport {
 public:
  // `shard` goes into the low octet of every connection's serial. `first_serial` is random, so that serials
  // are not reused by a later process. `tls`: none, and there is no TLS.
  Transport(boost::asio::io_context& context, unsigned shard, std::uint64_t first_serial,
            const Options& options, std::shared_ptr<const TlsContexts> tls, Receiver& receiver);
  ~Transport();

  // For connections from now on. Those that there are keep theirs.
  void use(std::shared_ptr<const TlsContexts> tls);

  // Binds and starts to serve (SO_REUSEPORT: every shard binds the same addresses). Returns the address with
  // its real port. Throws boost::system::system_error with the address in its text.
  Listener listen(const Listener& listener);

  // Sends one message down a flow. False: this shard knows the flow to be gone, or there is no socket for its
  // local address. For UDP the datagram leaves from the flow's local address.
  bool send(const Flow& flow, std::string_view text);

  // Closes a connection of this shard; the receiver hears of it. Nothing for a flow that is gone or is none.
  void close(const Flow& flow);

  // A flow to `remote`: for UDP one from the listener that fits; for streams the connection that there is to
  // that address (made by us, or lent to us by the peer: RFC 5923), or a new one. `tls_name`: the name to
  // check the certificate against (RFC 5922). `done` is called once, perhaps at once.
  using Connected = std::function<void(boost::system::result<Flow>)>;
  void connect(Protocol protocol, const Endpoint& remote, std::string_view tls_name, Connected done);

  // Closes all sockets; neither the receiver nor a `done` is called any more.
  void stop();

  std::size_t connections() const;

 private:
  std::shared_ptr<Shard> shard_;
};

}  // namespace flowgate::transport
