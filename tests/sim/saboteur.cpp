#include "sim/saboteur.h"

#include <chrono>
#include <utility>

#include "sim/host.h"

namespace flowgate::sim {

void Saboteur::spoil_arriving(std::string& text) const {
  const std::size_t route = text.find("Route: <sip:");
  if (world_.sabotage == Sabotage::distrust_token && route != text.npos) text[route + 20] ^= 1;
}

bool Saboteur::stops_timers() const {
  return world_.sabotage == Sabotage::stop_timers && world_.agenda.elapsed() > std::chrono::minutes{30};
}

void Saboteur::restarting(TokenKeys& keys) const {
  if (world_.sabotage == Sabotage::lose_key_file) keys = TokenKeys::from({TokenKey{2, {99}}});
}

bool Saboteur::spoil(const Flow& flow, const Packet& packet) {
  if (world_.sabotage == Sabotage::none) return false;
  const bool forwarded = packet.is_request() && packet.all("Via").size() >= 2;
  const bool final_answer = !packet.is_request() && packet.is_final();
  bool taken = false;
  if (forwarded) taken = spoil_request(flow, packet);
  if (final_answer && world_.sabotage == Sabotage::answer_twice) taken = answer_twice(flow, packet);
  if (final_answer && world_.sabotage == Sabotage::lose_answer) taken = packet.method() == "MESSAGE";
  if (final_answer && world_.sabotage == Sabotage::forget_binding) forget_bindings(packet);
  last_sent_to_ = flow;
  return taken;
}

bool Saboteur::spoil_request(const Flow& flow, const Packet& packet) {
  switch (world_.sabotage) {
    case Sabotage::misdeliver:
      if (last_sent_to_ == flow || last_sent_to_ == Flow{}) return false;
      host_.transmit(last_sent_to_, packet.text());
      return true;
    case Sabotage::ring_twice:
      return ring_twice(flow, packet);
    case Sabotage::keep_to_first_flow:
      return keep_to_first_flow(flow, packet);
    default:
      return false;
  }
}

bool Saboteur::answer_twice(const Flow& flow, const Packet& packet) {
  if (packet.status() >= 300) return false;
  std::string text = packet.text();
  host_.transmit(flow, text);
  host_.transmit(flow, text.replace(0, 11, "SIP/2.0 500"));
  return true;
}

bool Saboteur::ring_twice(const Flow& flow, const Packet& packet) {
  const KnownBinding* const other = bindings_->sibling(flow, packet);
  if (other == nullptr) return false;
  std::string text = packet.text();
  host_.transmit(flow, text);
  text.replace(text.find("z9hG4bK") + 12, 4, "beef");
  if (other->path.empty()) {
    host_.transmit(other->flow, text);
    return true;
  }
  const std::string path{uri_in(packet.header("Route"))};
  text.replace(text.find(path), path.size(), other->path);
  host_.transmit(Flow{Protocol::udp, host_.address(Protocol::udp), endpoint(host_port_in(other->path)), 0},
                 text);
  return true;
}

// A second flow of an instance is never tried: what goes there is lost.
bool Saboteur::keep_to_first_flow(const Flow& flow, const Packet& packet) {
  const KnownBinding* const meant = bindings_->meant_by(flow, packet);
  if (meant == nullptr || packet.method() == "ACK" || packet.method() == "CANCEL") return false;
  std::string request{param_in(packet.all("Via")[1], "branch")};
  (request += ' ') += meant->instance;
  return first_branch_.try_emplace(request, packet.top_branch()).first->second != packet.top_branch();
}

void Saboteur::forget_bindings(const Packet& packet) {
  if (!host_.roles().registrar || packet.method() != "REGISTER" || packet.status() != 200) return;
  const std::string aor = std::string(user_in(uri_in(packet.header("To")))) + "@example.com";
  world_.agenda.enter(Duration{1}, [this, aor] {
    if (host_.location_) host_.location_->remove_dead(aor, [](const registrar::Binding&) { return true; });
  });
}

}  // namespace flowgate::sim
