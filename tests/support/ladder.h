// Call flows as ladders: phones on a virtual network around one core, in virtual time.
//
//   Edge edge;
//   Phone& alice = edge.udp("alice", "192.0.2.1:5060");
//   alice.sends(alice.registers());
//   alice.receives("SIP/2.0 200");
//
// A failed expectation prints the ladder so far.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/core.h"
#include "registrar/memory_store.h"

namespace flowgate::test {

using namespace std::chrono_literals;

class Edge;

// A whole SIP message that somebody received, easy to look into.
class Packet {
 public:
  Packet() = default;
  explicit Packet(std::string text) : text_(std::move(text)) {}
  const std::string& text() const { return text_; }
  std::string start_line() const;
  // All values of the lines of that name (any case, as written), in order, one for each line.
  std::vector<std::string> all(std::string_view name) const;
  // The first of them; "" when there is none.
  std::string header(std::string_view name) const;
  bool has(std::string_view name) const { return !all(name).empty(); }
  std::string body() const;
  int status() const;
  std::string request_uri() const;

 private:
  std::string text_;
};

// "a\nb" and a list of lines become a message: CRLF line ends, Content-Length added.
std::string message(std::string_view start_line, const std::vector<std::string>& lines,
                    std::string_view body = {});

// Somebody at the other end of a flow: a phone, a proxy, a registrar.
class Phone {
 public:
  Phone(Edge& edge, std::string name, Flow flow);

  const std::string& name() const { return name_; }
  const Flow& flow() const { return flow_; }
  std::string address() const { return flow_.remote.text(); }

  // Text goes to the edge as it is.
  void sends(const std::string& text);
  // The next message that the edge sent to this phone. Its start line must begin with `start`.
  Packet receives(std::string_view start);
  void receives_nothing();
  // Messages that wait to be looked at.
  std::size_t waiting() const { return inbox_.size(); }
  void forgets() { inbox_.clear(); }

  // Requests of this phone, `lines` added at the end. The user part is name(); each request has a new branch.
  std::string request(std::string_view method, std::string_view uri, const std::vector<std::string>& lines,
                      std::string_view body = {});
  // REGISTER for sip:NAME@example.com; `contact_params` as in ";reg-id=1;+sip.instance=...".
  std::string registers(std::string_view contact_params = {}, const std::vector<std::string>& lines = {});
  // An INVITE, MESSAGE, ... that opens a dialog or stands alone: From this phone's AOR, To `uri`.
  std::string opens(std::string_view method, std::string_view uri,
                    const std::vector<std::string>& lines = {});
  // A response to `request`, with a To tag unless status is 100; `lines` added.
  std::string answers(const Packet& request, int status, const std::vector<std::string>& lines = {});

  // Registers with outbound (instance-id, reg-id) and takes the 200.
  Packet is_registered(int reg_id = 1);
  std::string instance() const { return "urn:uuid:00000000-0000-1000-8000-" + instance_; }
  std::string contact() const;

 private:
  friend class Edge;
  Edge& edge_;
  std::string name_;
  Flow flow_;
  std::string instance_;
  std::deque<Packet> inbox_;
  int cseq_ = 0;
  int branches_ = 0;
};

// flowgate: edge proxy and registrar of example.com at 203.0.113.1, UDP and TCP 5060, TLS 5061, over a
// network of phones.
class Edge final : public proxy::Network, public proxy::Resolver {
 public:
  explicit Edge(proxy::Settings settings = {}, registrar::Options registrar = {});
  ~Edge() override;

  // A phone behind a flow; the address is what the edge sees. Names are AOR user parts; several phones may
  // share one.
  Phone& udp(std::string name, std::string_view address);
  Phone& tcp(std::string name, std::string_view address) {
    return stream(Protocol::tcp, std::move(name), address);
  }
  Phone& tls(std::string name, std::string_view address) {
    return stream(Protocol::tls, std::move(name), address);
  }

  void passes(std::chrono::milliseconds time);
  // The connection of a stream phone is closed and the edge knows.
  void breaks(const Phone& phone);
  // ... and the edge will find out when it sends.
  void breaks_unseen(const Phone& phone);

  proxy::Core& core() { return *core_; }
  registrar::MemoryStore& location() { return location_; }
  FlowTokens tokens() { return FlowTokens(keys_); }
  registrar::Instant now() const { return now_; }
  const std::string& ladder() const { return ladder_; }

  // proxy::Network and proxy::Resolver
  bool send(const Flow& flow, std::string_view text) override;
  void connect(const proxy::NextHop& hop, Connected done) override;
  void pass_to_shard(unsigned shard, const Flow& flow, std::string_view text) override;
  void resolve(const sip::Uri& uri, Resolved done) override;
  // Host names that resolve, to one address each.
  std::map<std::string, std::string> names;

 private:
  friend class Phone;
  Phone& stream(Protocol protocol, std::string name, std::string_view address);
  Phone* find(const Flow& flow);
  void receive(const Phone& from, const std::string& text);
  void draw(std::string_view arrow, const std::string& who, std::string_view text);

  registrar::Instant now_{std::chrono::hours(1)};
  TokenKeys keys_;
  registrar::MemoryStore location_;
  registrar::Domains domains_;
  proxy::LocalAddresses local_;
  std::unique_ptr<proxy::Core> core_;
  std::vector<std::unique_ptr<Phone>> phones_;
  std::vector<std::uint64_t> gone_;
  std::uint64_t serials_ = 0;
  std::uint64_t random_ = 0;
  std::string ladder_;
};

}  // namespace flowgate::test
