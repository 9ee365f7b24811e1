// Locating the next hop of one URI (RFC 3263 §4): which questions to ask the DNS, and what to make of the
// answers. Answers go in, questions and at last the next hops come out; no socket, no clock.
//
//   naptr -> srv -> addresses -> done     no transport and no port in the URI
//            srv -> addresses -> done     a transport, no port
//                   addresses -> done     a port, or a name of the hosts file
//                                done     TARGET is an address, or there is no way to send
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flowtoken/flow.h"
#include "sip/uri.h"
#include "transport/dns/record.h"
#include "transport/dns/service.h"
#include "transport/dns/srv_order.h"

namespace flowgate::dns {

struct NextHop {
  Protocol protocol = Protocol::udp;
  Endpoint address;
  // RFC 5922 §7: the certificate is to be for the name in the URI, whatever the DNS made of it.
  std::string tls_name;

  friend bool operator==(const NextHop&, const NextHop&) = default;
};

// What comes from the DNS is its owner's choice, and so is the length of it.
struct LookupLimits {
  std::size_t records = 32;    // NAPTR or SRV records looked at, of one answer
  std::size_t addresses = 8;   // of one name
  std::size_t questions = 16;  // of one URI
  std::size_t next_hops = 32;
};

// What the lookup needs to know of this host, RFC 3263's client.
struct Client {
  Dialable dialable;
  Random random;
  // Names of the hosts file have the addresses given there, as for everything else on this host; they have
  // no services. Nothing: there is no such file.
  std::function<bool(const std::string& name)> is_known_host;
};

class NextHopLookup {
 public:
  // `uri` is only used during the call, `client` must outlive the lookup.
  NextHopLookup(const sip::Uri& uri, const Client& client, const LookupLimits& limits = {});

  // The next question to ask; nothing when it waits for answers, or is done.
  std::optional<Question> next_question();
  // Of a question that it asked. A second answer to the same question is ignored.
  void answer(const Question& question, AnswerPtr answer);
  // Takes what is not answered for failed, so that it is done.
  void give_up();

  // Some address is known already, though it waits for others.
  bool has_address() const;
  bool done() const { return step_ == Step::done; }
  // In the order to try; valid when done.
  const std::vector<NextHop>& next_hops() const { return next_hops_; }

 private:
  enum class Step : std::uint8_t { naptr, srv, addresses, done };
  struct Target {
    Protocol protocol;
    std::string name;
    std::uint16_t port;
  };

  void begin(const sip::Uri& uri);
  void advance();
  void take_naptr();
  void take_srv();
  void take_addresses();
  void ask_services();
  void ask_addresses();
  void next_services();
  void add_next_hops(const Target& target);
  void ask(std::string name, Type type);
  const Answer* find(const std::string& name, Type type) const;
  Protocol default_protocol() const;
  std::uint16_t default_port() const;

  const Client& client_;
  const LookupLimits limits_;
  const bool sips_;
  Step step_ = Step::done;
  std::string domain_;  // TARGET, when it is a name
  std::string tls_name_;
  Protocol protocol_ = Protocol::udp;

  std::vector<std::pair<Question, AnswerPtr>> asked_;
  std::size_t given_out_ = 0, unanswered_ = 0;

  std::vector<Service> services_;
  std::size_t group_begin_ = 0, group_end_ = 0;  // of the services being looked at
  bool srv_found_ = false, last_resort_ = false;
  std::vector<Target> targets_;
  std::vector<NextHop> next_hops_;
};

// RFC 3263 §4: "We define TARGET as the value of the maddr parameter of the URI, if present, otherwise, the
// host value of the hostport component of the URI." IPv6 without its brackets.
std::string_view target_of(const sip::Uri& uri);

}  // namespace flowgate::dns
