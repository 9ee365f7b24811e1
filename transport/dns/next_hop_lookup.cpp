#include "transport/dns/next_hop_lookup.h"

#include <algorithm>

#include "sip/text.h"
#include "transport/dns/name.h"

namespace flowgate::dns {
namespace {

// RFC 3263 §4.1: "If the URI specifies a transport protocol in the transport parameter, that transport
// protocol SHOULD be used." With sips, tcp means TLS over TCP (RFC 3261 §26.2.2). Nothing for what cannot be
// dialled.
std::optional<Protocol> protocol_named(std::string_view transport, bool sips) {
  const auto protocol = protocol_from(transport);
  if (!protocol || is_websocket(*protocol)) return std::nullopt;
  if (!sips) return protocol;
  if (*protocol == Protocol::udp) return std::nullopt;
  return Protocol::tls;
}

}  // namespace

NextHopLookup::NextHopLookup(const sip::Uri& uri, const Client& client, const LookupLimits& limits)
    : client_(client), limits_(limits), sips_(uri.scheme == sip::Scheme::sips), tls_name_(uri.host) {
  if (tls_name_.ends_with('.')) tls_name_.pop_back();
  if (uri.is_sip()) begin(uri);
  advance();
}

void NextHopLookup::begin(const sip::Uri& uri) {
  const auto transport = uri.param("transport");
  const auto named = transport ? protocol_named(*transport, sips_) : std::nullopt;
  if (transport && (!named || !dialable(client_.dialable, *named))) return;
  protocol_ = named.value_or(default_protocol());

  const std::string_view target = target_of(uri);
  if (const auto address = Endpoint::from(target, uri.port.value_or(default_port()))) {
    if (client_.dialable(protocol_, address->v6)) next_hops_.push_back({protocol_, *address, tls_name_});
    return;
  }
  auto domain = canonical_name(target);
  if (!domain) return;
  domain_ = *std::move(domain);

  if (uri.port || (client_.is_known_host && client_.is_known_host(domain_))) {
    last_resort_ = true;
    targets_.push_back({protocol_, domain_, uri.port.value_or(default_port())});
    ask_addresses();
  } else if (named) {
    services_.push_back({protocol_, srv_name(protocol_, domain_), 0});
    next_services();
  } else {
    step_ = Step::naptr;
    ask(domain_, Type::naptr);
  }
}

std::optional<Question> NextHopLookup::next_question() {
  if (given_out_ == asked_.size()) return std::nullopt;
  return asked_[given_out_++].first;
}

void NextHopLookup::answer(const Question& question, AnswerPtr answer) {
  const auto asked =
      std::find_if(asked_.begin(), asked_.end(), [&](const auto& entry) { return entry.first == question; });
  if (asked == asked_.end() || asked->second || !answer) return;
  asked->second = std::move(answer);
  --unanswered_;
  advance();
}

void NextHopLookup::give_up() {
  const auto failed = std::make_shared<const Answer>();
  while (step_ != Step::done) {
    for (auto& [question, answer] : asked_) {
      if (!answer) answer = failed;
    }
    unanswered_ = 0;
    advance();
  }
  given_out_ = asked_.size();
}

bool NextHopLookup::has_address() const {
  return std::any_of(asked_.begin(), asked_.end(),
                     [](const auto& entry) { return entry.second && !entry.second->addresses.empty(); });
}

void NextHopLookup::advance() {
  while (unanswered_ == 0 && step_ != Step::done) {
    switch (step_) {
      case Step::naptr:
        take_naptr();
        break;
      case Step::srv:
        take_srv();
        break;
      case Step::addresses:
        take_addresses();
        break;
      case Step::done:
        break;
    }
  }
}

void NextHopLookup::take_naptr() {
  if (const Answer* answer = find(domain_, Type::naptr)) {
    std::vector<Naptr> records = answer->naptr;
    records.resize(std::min(records.size(), limits_.records));
    services_ = services_from(std::move(records), sips_, client_.dialable);
  }
  if (!services_.empty()) {
    protocol_ = services_.front().protocol;
  } else if (sips_) {
    services_.push_back({Protocol::tls, srv_name(Protocol::tls, domain_), 0});
  } else {
    // §4.1: "If no NAPTR records are found, the client constructs SRV queries for those transport protocols
    // it supports, and does a query for each. Queries are done using the service identifier "_sip" for SIP
    // URIs and "_sips" for SIPS URIs."
    for (const Protocol protocol : {Protocol::udp, Protocol::tcp}) {
      if (dialable(client_.dialable, protocol))
        services_.push_back({protocol, srv_name(protocol, domain_), 0});
    }
  }
  next_services();
}

// Services of a higher order are only looked at when those of a lower one lead to no address at all.
void NextHopLookup::next_services() {
  targets_.clear();
  if (group_end_ < services_.size()) return ask_services();
  // §4.2: "If no SRV records were found, the client performs an A or AAAA record lookup of the domain name."
  if (srv_found_ || last_resort_) {
    step_ = Step::done;
    return;
  }
  last_resort_ = true;
  targets_.push_back({protocol_, domain_, default_port()});
  ask_addresses();
}

void NextHopLookup::ask_services() {
  step_ = Step::srv;
  group_begin_ = group_end_;
  while (group_end_ < services_.size() && services_[group_end_].order == services_[group_begin_].order) {
    ask(services_[group_end_++].srv_name, Type::srv);
  }
}

void NextHopLookup::take_srv() {
  for (std::size_t i = group_begin_; i < group_end_; ++i) {
    const Answer* answer = find(services_[i].srv_name, Type::srv);
    if (answer == nullptr || answer->srv.empty()) continue;
    srv_found_ = true;
    std::vector<Srv> records = answer->srv;
    records.resize(std::min(records.size(), limits_.records));
    for (const Srv& record : order_srv(std::move(records), client_.random)) {
      if (targets_.size() == limits_.next_hops) break;
      // RFC 2782: "A Target of "." means that the service is decidedly not available at this domain."
      auto name = canonical_name(record.target);
      if (name && record.port != 0)
        targets_.push_back({services_[i].protocol, *std::move(name), record.port});
    }
  }
  targets_.empty() ? next_services() : ask_addresses();
}

void NextHopLookup::ask_addresses() {
  step_ = Step::addresses;
  for (const Target& target : targets_) {
    if (client_.dialable(target.protocol, true)) ask(target.name, Type::aaaa);
    if (client_.dialable(target.protocol, false)) ask(target.name, Type::a);
  }
}

void NextHopLookup::take_addresses() {
  for (const Target& target : targets_) add_next_hops(target);
  if (next_hops_.empty()) return next_services();
  step_ = Step::done;
}

// RFC 7984 §4.1: both families. In turns, IPv6 first (RFC 8305 §4), so that a family that does not get
// through costs one attempt and not all of them.
void NextHopLookup::add_next_hops(const Target& target) {
  const Answer* answers[] = {
      client_.dialable(target.protocol, true) ? find(target.name, Type::aaaa) : nullptr,
      client_.dialable(target.protocol, false) ? find(target.name, Type::a) : nullptr,
  };
  std::size_t added = 0;
  for (std::size_t i = 0; i < limits_.addresses; ++i) {
    for (const Answer* answer : answers) {
      if (answer == nullptr || i >= answer->addresses.size() || added == limits_.addresses) continue;
      if (next_hops_.size() == limits_.next_hops) return;
      NextHop next_hop{target.protocol, answer->addresses[i], tls_name_};
      next_hop.address.port = target.port;
      ++added;
      if (std::find(next_hops_.begin(), next_hops_.end(), next_hop) == next_hops_.end()) {
        next_hops_.push_back(std::move(next_hop));
      }
    }
  }
}

void NextHopLookup::ask(std::string name, Type type) {
  if (asked_.size() == limits_.questions) return;
  Question question{std::move(name), type};
  const bool known =
      std::any_of(asked_.begin(), asked_.end(), [&](const auto& entry) { return entry.first == question; });
  if (known) return;
  asked_.emplace_back(std::move(question), nullptr);
  ++unanswered_;
}

const Answer* NextHopLookup::find(const std::string& name, Type type) const {
  for (const auto& [question, answer] : asked_) {
    if (question.type == type && question.name == name) return answer.get();
  }
  return nullptr;
}

// §4.1: UDP for a SIP URI, TCP for a SIPS URI, where that means TLS; TCP when there is no UDP socket.
Protocol NextHopLookup::default_protocol() const {
  if (sips_) return Protocol::tls;
  return dialable(client_.dialable, Protocol::udp) ? Protocol::udp : Protocol::tcp;
}

std::uint16_t NextHopLookup::default_port() const {
  return protocol_ == Protocol::tls ? 5061 : 5060;
}

std::string_view target_of(const sip::Uri& uri) {
  std::string_view target = uri.param("maddr").value_or(uri.host);
  if (target.size() > 2 && target.front() == '[' && target.back() == ']') {
    target = target.substr(1, target.size() - 2);
  }
  return target;
}

}  // namespace flowgate::dns
