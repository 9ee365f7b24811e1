#include "sim/ua_flow.h"

#include <utility>

#include "stun/stun.h"

namespace flowgate::sim {

using std::chrono::seconds;

UaFlow::UaFlow(World& world, Site& site, const Settings& settings, Random random, UaFlowUser& user)
    : world_(world),
      site_(site),
      settings_(settings),
      random_(random),
      user_(user),
      local_(settings.host),
      keepalive_(world.agenda, random.stream("keepalive"), settings.keepalive,
                 {[this](std::string_view octets) { transmit(octets); },
                  [this](std::string_view why) { fail(why); }}),
      opening_(world.agenda) {}

void UaFlow::open() {
  const bool fresh_port = is_stream() || local_.port == 0 || random_.chance(0.5);
  if (fresh_port) local_.port = static_cast<std::uint16_t>(10'000 + random_.below(50'000));
  if (is_stream()) {
    reader_ = {};
    connection_ = world_.streams.connect(site_, local_, settings_.edge, *this);
    return;
  }
  world_.datagrams.open(site_, local_, *this);
  open_ = true;
  opening_.set(Duration{0}, [this] { user_.flow_open(); });
}

void UaFlow::close() {
  opening_.cancel();
  keepalive_.stop();
  if (is_stream()) {
    if (connection_ != 0) world_.streams.close(std::exchange(connection_, 0), End::client);
  } else if (open_) {
    world_.datagrams.close(site_, local_);
  }
  open_ = false;
}

void UaFlow::send(std::string text) {
  if (!open_) return;
  const Packet packet(std::move(text));
  world_.ladder.message(settings_.name, "-->", settings_.edge.text(), packet);
  transmit(packet.text());
}

void UaFlow::transmit(std::string_view octets) {
  if (!open_) return;
  if (is_stream()) {
    world_.streams.write(connection_, End::client, octets);
  } else {
    world_.datagrams.send(site_, local_, settings_.edge, octets);
  }
}

// §4.4: with a Flow-Timer between 80 and 100 percent of it; else, over UDP, between 24 and 29 seconds, and
// over TCP between 95 and 120.
void UaFlow::keep_alive(seconds flow_timer) {
  if (!open_ || !settings_.keeps_alive) return;
  if (flow_timer > seconds{0}) return keepalive_.start(Duration(flow_timer) * 8 / 10, flow_timer);
  is_stream() ? keepalive_.start(seconds{95}, seconds{120}) : keepalive_.start(seconds{24}, seconds{29});
}

void UaFlow::datagram(const Endpoint&, const Endpoint&, std::string_view octets) {
  stun::looks_like_stun(octets) ? keepalive_.stun(octets) : receive(std::string(octets));
}

void UaFlow::stream_open() {
  open_ = true;
  user_.flow_open();
}

void UaFlow::stream_octets(std::string_view octets) {
  // An edge sends no pings: a line end between messages is a pong, whatever follows it.
  reader_.append(octets);
  while (reader_.take_pong()) keepalive_.pong();
  const bool whole = reader_.read({}, [this](sip::FrameKind kind, std::string text) {
    if (kind == sip::FrameKind::stun) return keepalive_.stun(text);
    if (kind == sip::FrameKind::message && open_) receive(std::move(text));
  });
  if (!whole) world_.verdict.fail("framing", settings_.name + " finds its stream broken");
}

void UaFlow::stream_closed() {
  connection_ = 0;
  fail("connection closed");
}

void UaFlow::receive(std::string text) {
  const Packet packet(std::move(text));
  world_.ladder.message(settings_.name, "<--", settings_.edge.text(), packet);
  if (!packet.is_well_formed()) world_.verdict.fail("right flow", "not a SIP message:\n" + packet.text());
  user_.flow_received(*this, packet);
}

void UaFlow::fail(std::string_view why) {
  close();
  user_.flow_failed(why);
}

}  // namespace flowgate::sim
