#include "sim/user_agent.h"

#include <algorithm>

namespace flowgate::sim {

using std::chrono::seconds;

UserAgent::UserAgent(World& world, Site& site, const Settings& settings, Directory& directory)
    : world_(world),
      settings_(settings),
      directory_(directory),
      random_(world.random.stream(settings.name)),
      clients_(world.agenda),
      servers_(world.agenda),
      dialogs_(world.agenda, *this, random_.stream("dialogs")),
      calls_out_(world.agenda, *this, random_.stream("calls out")),
      calls_in_(world.agenda, *this, random_.stream("calls in")),
      next_(world.agenda) {
  for (unsigned i = 0; i < settings.protocols.size(); ++i) {
    UaFlow::Settings flow;
    flow.name = settings.name + "/" + std::to_string(i + 1);
    flow.protocol = settings.protocols[i];
    flow.host = settings.host;
    flow.host.port = 0;
    flow.edge = settings.edges[i];
    flow.keepalive = is_stream(flow.protocol)       ? Keepalive::Kind::crlf
                     : settings.kind == Kind::plain ? Keepalive::Kind::blank
                                                    : Keepalive::Kind::stun;
    flow.keeps_alive = settings.kind != Kind::plain || site.nat != nullptr;
    registrations_.push_back(std::make_unique<Registration>(
        world, *this, Registration::Settings{i + 1, settings.expires, settings.q}, site, flow,
        random_.stream("registration", i)));
  }
}

void UserAgent::switch_on() {
  switch_off();
  for (const auto& registration : registrations_) {
    if (settings_.registers) {
      registration->start();
    } else {
      registration->flow().open();
    }
  }
  if (settings_.pause > Duration{0}) next_.set(random_.exponential(settings_.pause), [this] { live(); });
}

void UserAgent::switch_off() {
  next_.cancel();
  for (const auto& registration : registrations_) registration->stop();
  clients_.clear();
  servers_.clear();
  dialogs_.clear();
  calls_out_.clear();
  calls_in_.clear();
}

void UserAgent::fall_silent() {
  next_.cancel();
}

void UserAgent::leave(bool politely) {
  for (const auto& registration : registrations_)
    politely ? registration->unregister() : registration->stop();
}

bool UserAgent::is_registered() const {
  return std::ranges::any_of(registrations_, [](const auto& each) { return each->is_registered(); });
}

bool UserAgent::is_fully_registered() const {
  return std::ranges::all_of(registrations_, [](const auto& each) { return each->is_registered(); });
}

bool UserAgent::is_registered_through(const Endpoint& edge) const {
  return std::ranges::any_of(registrations_, [&](const auto& each) {
    return each->is_registered() && each->flow().edge().same_address(edge);
  });
}

std::string UserAgent::call(const std::string& uri, unsigned flow, const CallsOut::Terms& terms) {
  return calls_out_.invite(registrations_[flow]->flow(), uri, terms);
}

std::string UserAgent::left_over() const {
  std::string words;
  const auto add = [&words](std::size_t count, std::string_view what) {
    if (count > 0) ((words += std::to_string(count)) += ' ') += what;
  };
  add(clients_.size(), "responses ");
  add(servers_.size(), "server transactions to end ");
  add(dialogs_.size(), "calls to end ");
  add(calls_out_.size(), "calls to be answered ");
  add(calls_in_.size(), "calls to be acknowledged ");
  return words;
}

std::string UserAgent::own_uri() const {
  return gruus_.empty() ? aor() : gruus_.begin()->second;
}

UaFlow* UserAgent::choose_flow() {
  const std::size_t first = random_.below(registrations_.size());
  for (std::size_t i = 0; i < registrations_.size(); ++i) {
    UaFlow& flow = registrations_[(first + i) % registrations_.size()]->flow();
    if (flow.is_open()) return &flow;
  }
  return nullptr;
}

std::string UserAgent::fresh(std::string_view what) {
  return std::string(what) + "-" + settings_.name + "-" + std::to_string(++counter_);
}

std::string UserAgent::contact(const UaFlow& flow) {
  // RFC 5627 §4.4.1: a GRUU where one is had; now and then the plain Contact all the same.
  if (!gruus_.empty() && random_.chance(0.6))
    return std::next(gruus_.begin(), static_cast<long>(random_.below(gruus_.size())))->second;
  std::string uri = "sip:" + settings_.user + "@" + flow.sent_by();
  if (flow.is_stream()) uri += ";transport=tcp";
  return settings_.kind == Kind::rfc ? uri + ";ob" : uri;
}

std::string UserAgent::write_request(const UaFlow& flow, std::string_view method, std::string_view uri,
                                     const Lines& lines) {
  Lines all = {"Via: SIP/2.0/" + std::string(via_name(flow.protocol())) + " " + flow.sent_by() +
                   ";branch=z9hG4bK-" + fresh("b") + ";rport",
               "Max-Forwards: 70"};
  all.insert(all.end(), lines.begin(), lines.end());
  return write_message(std::string(method) + " " + std::string(uri) + " SIP/2.0", all);
}

void UserAgent::learn_gruu(std::string_view kind, std::string_view uri) {
  const auto learnt = gruus_.insert_or_assign(std::string(kind), std::string(uri)).first;
  directory_.put_gruu(settings_.name + " " + learnt->first, learnt->second);
}

std::string UserAgent::probe(const std::string& uri, unsigned number) {
  UaFlow& flow = registrations_[number]->flow();
  const std::string call_id = fresh("probe");
  const std::string text = write_request(flow, "OPTIONS", uri,
                                         {"From: <" + aor() + ">;tag=" + fresh("t"), "To: <" + uri + ">",
                                          "Call-ID: " + call_id, "CSeq: 1 OPTIONS"});
  clients_.start(flow, text,
                 {[this, call_id](const Packet& response) {
                    if (response.status() == 200) answered_.insert(call_id);
                  },
                  [] {}});
  return call_id;
}

void UserAgent::live() {
  next_.set(random_.exponential(settings_.pause), [this] { live(); });
  UaFlow* const flow = choose_flow();
  if (flow == nullptr) return;
  const std::string uri = directory_.any(random_);
  const double mood = random_.between(0.0, 1.0);
  mood < 0.55 ? static_cast<void>(calls_out_.invite(*flow, uri))
              : calls_out_.ask(*flow, mood < 0.8 ? "MESSAGE" : "OPTIONS", uri);
}

void UserAgent::flow_lost(const UaFlow& flow) {
  clients_.flow_failed(flow);
  servers_.flow_failed(flow);
}

void UserAgent::received(UaFlow& flow, const Packet& packet) {
  if (packet.is_request()) return request(flow, packet);
  if (packet.top_branch().find("-" + settings_.name + "-") == std::string_view::npos) {
    return world_.verdict.fail("right flow", settings_.name +
                                                 " gets the response to a request of somebody else: " +
                                                 std::string(packet.start_line()));
  }
  clients_.receive(packet);
}

void UserAgent::request(UaFlow& flow, const Packet& packet) {
  const std::string_view method = packet.method();
  if (method == "ACK") return calls_in_.acknowledged(packet);
  if (!servers_.receive(flow, packet)) return;
  const bool in_dialog = !param_in(packet.header("To"), "tag").empty();
  if (method == "OPTIONS" || method == "BYE") asked_.insert(std::string(packet.header("Call-ID")));
  if (method == "CANCEL") return calls_in_.cancelled(packet);
  if (in_dialog) return dialogs_.receive(packet);
  if (method == "INVITE") return calls_in_.invited(flow, packet);
  if (method != "OPTIONS" && random_.chance(settings_.silence)) return servers_.ignore(packet);
  servers_.respond(packet, method == "MESSAGE" && random_.chance(0.1) ? 486 : 200, fresh("a"));
}

}  // namespace flowgate::sim
