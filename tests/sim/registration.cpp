#include "sim/registration.h"

#include <algorithm>

#include "sim/user_agent.h"

namespace flowgate::sim {

using std::chrono::seconds;

Registration::Registration(World& world, UserAgent& agent, const Settings& settings, Site& site,
                           const UaFlow::Settings& flow, Random random)
    : world_(world),
      agent_(agent),
      settings_(settings),
      random_(random),
      expires_(settings.expires),
      next_(world.agenda),
      flow_(world, site, flow, random.stream("flow"), *this) {}

bool Registration::is_registered() const {
  return state_ == State::registered && flow_.is_open() && world_.agenda.now() < until_;
}

void Registration::start() {
  state_ = State::opening;
  call_id_ = agent_.fresh("reg");
  cseq_ = 0;
  flow_.open();
}

void Registration::stop() {
  state_ = State::off;
  next_.cancel();
  flow_.close();
}

void Registration::flow_open() {
  if (state_ == State::opening) send_register(expires_);
}

std::string Registration::outbound_params() const {
  std::string params = agent_.kind() == UserAgent::Kind::draft ? ";flow-id=" : ";reg-id=";
  params += std::to_string(settings_.reg_id);
  params += ";+sip.instance=\"<";
  params += agent_.instance();
  return params += ">\"";
}

std::string Registration::contact(seconds expires) const {
  std::string contact = "<sip:";
  ((contact += agent_.user()) += '@') += flow_.sent_by();
  if (flow_.is_stream()) contact += ";transport=tcp";
  contact += '>';
  if (agent_.kind() != UserAgent::Kind::plain) contact += outbound_params();
  if (!settings_.q.empty()) (contact += ";q=") += settings_.q;
  return (contact += ";expires=") += std::to_string(expires.count());
}

void Registration::send_register(seconds expires) {
  if (state_ != State::leaving && state_ != State::registered) state_ = State::registering;
  std::string name_addr = "<";
  (name_addr += agent_.aor()) += '>';
  Lines lines = {"From: " + name_addr + ";tag=" + agent_.fresh("t"), "To: " + name_addr,
                 "Call-ID: " + call_id_, "CSeq: " + std::to_string(++cseq_) + " REGISTER",
                 "Contact: " + contact(expires)};
  if (agent_.kind() == UserAgent::Kind::rfc) lines.push_back("Supported: path, outbound, gruu");
  if (agent_.kind() == UserAgent::Kind::draft) lines.push_back("Supported: gruu");
  agent_.clients().start(flow_, agent_.write_request(flow_, "REGISTER", "sip:example.com", lines),
                         {[this](const Packet& response) { answered(response); },
                          [this] {
                            if (flow_.is_open()) fail("REGISTER timed out");
                          }});
}

void Registration::answered(const Packet& response) {
  if (!response.is_final()) return;
  if (state_ == State::leaving) return stop();
  if (state_ != State::registering && state_ != State::registered) return;
  if (response.status() == 200) return registered(response);
  if (response.status() == 423) {
    expires_ = seconds{number_in(response.header("Min-Expires"))};
    return send_register(expires_);
  }
  fail(response.start_line());
}

void Registration::registered(const Packet& response) {
  const bool plain = agent_.kind() == UserAgent::Kind::plain;
  const std::string own = plain ? flow_.sent_by() : outbound_params();
  seconds granted{0};
  for (const std::string_view listed : response.all("Contact")) {
    if (listed.find(own) == listed.npos) continue;
    granted = seconds{number_in(param_in(listed, "expires"))};
    for (const std::string_view name : {"pub-gruu", "temp-gruu", "gruu"}) {
      const std::string_view gruu = param_in(listed, name);
      if (!gruu.empty()) agent_.learn_gruu(name, gruu);
    }
  }
  if (granted == seconds{0})
    return world_.verdict.fail("reachable",
                               "a 200 to a REGISTER does not list its Contact:\n" + response.text());
  if (state_ != State::registered) stable_since_ = world_.agenda.now();
  state_ = State::registered;
  until_ = world_.agenda.now() + granted;
  next_.set(random_.between(Duration(granted) / 2, Duration(granted) * 9 / 10),
            [this] { send_register(expires_); });
  flow_.keep_alive(seconds{number_in(response.header("Flow-Timer"))});
}

void Registration::flow_failed(std::string_view why) {
  fail(why);
}

// RFC 5626 §4.5: "wait-time = min( max-time, (base-time * (2 ^ consecutive-failures)))", of which a random
// part between 50 and 100 percent is waited. The base time is 30 s when all flows have failed, else 90 s.
void Registration::fail(std::string_view) {
  flow_.close();
  const bool leaving = state_ == State::leaving || state_ == State::off;
  const bool was_stable = state_ == State::registered && world_.agenda.now() - stable_since_ >= seconds{120};
  state_ = leaving ? State::off : State::waiting;
  next_.cancel();
  agent_.flow_lost(flow_);
  if (leaving || world_.sabotage == Sabotage::forget_promise) return;
  if (was_stable) failures_ = 0;
  const Duration base = agent_.is_registered() ? seconds{90} : seconds{30};
  const Duration wait = std::min<Duration>(UserAgent::max_back_off, base * (1U << std::min(failures_, 8U)));
  ++failures_;
  next_.set(random_.between(wait / 2, wait), [this] { start(); });
}

void Registration::unregister() {
  const bool known = is_registered();
  next_.cancel();
  if (!known) return stop();
  state_ = State::leaving;
  send_register(seconds{0});
}

void Registration::flow_received(UaFlow& flow, const Packet& packet) {
  agent_.received(flow, packet);
}

}  // namespace flowgate::sim
