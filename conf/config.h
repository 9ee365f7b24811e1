// The configuration of one flowgate process, read once at start from one YAML file and immutable from then
// on. Every bound is checked here: who reads a Config need not check it again.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "conf/dns.h"
#include "conf/error.h"
#include "conf/gruu.h"
#include "conf/listener.h"
#include "conf/overload.h"
#include "conf/proxy_protocol.h"
#include "conf/reg_event.h"
#include "conf/registrar.h"
#include "conf/tls.h"
#include "conf/websocket.h"
#include "sip/limits.h"

namespace flowgate::conf {

enum class Role { edge, registrar };
struct Edge {
  std::chrono::seconds flow_timer{120};  // RFC 5626 §5.4, Flow-Timer
  std::chrono::seconds grace{30};        // a flow that is silent for longer than both together is gone
  std::string next_hop;                  // a SIP URI; empty: none
  bool stun_parameter = false;           // draft-ietf-sip-outbound-00 §7
};

struct Limits {
  sip::Limits sip;                    // of one message
  std::size_t http_bytes = 8192;      // of the request that opens a WebSocket connection
  std::size_t connections = 100'000;  // open at once, of each shard
  std::size_t bindings_per_aor = 32;
  std::size_t bindings = 4'000'000;               // of all AORs
  std::size_t contact_bytes = 4096;               // of one Contact with its parameters, and of a Path
  std::size_t subscriptions = 10'000;             // to registrations, alive at once, of each shard
  std::size_t subscriptions_per_aor = 16;         // of each shard
  std::size_t transactions = 1'000'000;           // alive at once, of each shard
  std::size_t transaction_bytes = 1 << 30;        // of the messages that transactions keep, of each shard
  std::size_t register_response_bytes = 4 << 20;  // of the answers to REGISTERs among them
  std::size_t nonces = 1'000'000;                 // of digest authentication, whose uses are remembered
  std::size_t backoff_entries = 100'000;  // addresses, and users, that somebody guessed wrongly from or for
  std::size_t registered_flows = 1'000'000;     // watched for keepalives at once
  std::size_t pending_registrations = 100'000;  // on their way to the disk
  std::size_t send_queue_bytes = 1 << 20;  // waiting in one connection; never less than sip.message_bytes
};

struct Timers {
  std::chrono::milliseconds t1{500}, t2{4000}, t4{5000};  // RFC 3261 §17.1.1.1; t1 <= t2
  std::chrono::seconds timer_c{185};                      // RFC 3261 §16.6 (11): above three minutes
  // How long a flow may stay silent, without any response to a request sent down it, before the next flow of
  // the same instance is tried. At most 64*T1: then the transaction times out anyway.
  std::chrono::milliseconds branch_timeout{5'000};
  std::chrono::seconds handshake{10};    // of a connection: PROXY protocol, TLS and WebSocket together
  std::chrono::seconds message{30};      // from a message's first octet to its last, on a connection
  std::chrono::seconds connect{5};       // TCP and TLS of a connection that we make
  std::chrono::seconds send{30};         // twice this, and an octet that has not left closes the connection
  std::chrono::seconds unaccepted{120};  // of a connection over which we have accepted nothing
};

struct Config {
  std::set<Role> roles{Role::edge, Role::registrar};
  std::vector<std::string> domains;     // as written, at least one
  std::vector<Listener> listen;         // at least one
  std::vector<std::string> host_names;  // of this host: ours in Route and Request-URI
  Tls tls;
  Registrar registrar;
  RegEvent reg_event;
  Gruu gruu;
  Edge edge;
  std::filesystem::path flow_token_key_file;  // absolute
  std::optional<Endpoint> admin;              // where metrics are to be had
  unsigned threads = 0;                       // shards, at most 255; 0: one per processor
  bool pin_threads = true;                    // each to processors of its own, when there are enough
  Limits limits;
  Timers timers;
  std::vector<AddressPrefix> trusted;  // peers whose word is taken
  Dns dns;
  ProxyProtocol proxy_protocol;
  WebSocket websocket;
  Overload overload;

  bool has(Role role) const { return roles.contains(role); }
  bool listens(Protocol protocol) const;
  bool needs_tls() const { return listens(Protocol::tls) || listens(Protocol::wss); }
};

// Reads `file` and the users file that it names. Relative paths in it are relative to its folder. Throws
// Error.
Config load(const std::filesystem::path& file);

}  // namespace flowgate::conf
