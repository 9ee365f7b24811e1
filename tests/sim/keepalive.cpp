#include "sim/keepalive.h"

namespace flowgate::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t header_size = 20;
constexpr std::string_view magic_cookie = "\x21\x12\xa4\x42";

// RFC 5389 §6: Binding request, no attributes.
std::string binding_request(Random& random) {
  std::string request("\0\1\0\0", 4);
  request += magic_cookie;
  for (int i = 0; i < 12; ++i) request += static_cast<char>(random.below(256));
  return request;
}

// The XOR'ed address, without undoing the part that the transaction id has in it: IPv4 has none.
std::string_view mapped_address(std::string_view response) {
  constexpr std::string_view xor_mapped("\0\x20\0\x08", 4);
  const std::size_t found = response.find(xor_mapped, header_size);
  return found == response.npos ? std::string_view{} : response.substr(found + 4, 8);
}

}  // namespace

Keepalive::Keepalive(Agenda& agenda, Random random, Kind kind, Outlet outlet)
    : random_(random), kind_(kind), outlet_(std::move(outlet)), next_(agenda), timeout_(agenda) {}

void Keepalive::start(Duration low, Duration high) {
  low_ = low;
  high_ = high;
  if (next_.is_set() || timeout_.is_set()) return;
  // The first one at once: it learns the flow's address.
  probe();
}

void Keepalive::stop() {
  next_.cancel();
  timeout_.cancel();
  request_.clear();
  mapped_.clear();
}

void Keepalive::wait() {
  next_.set(random_.between(low_, high_), [this] { probe(); });
}

void Keepalive::probe() {
  switch (kind_) {
    case Kind::stun:
      request_ = binding_request(random_);
      sent_ = 0;
      return send_stun();
    case Kind::crlf:
      // §4.4.1: "If a pong is not received within 10 seconds after sending a ping [...] then the client MUST
      // treat the flow as failed."
      timeout_.set(seconds{10}, [this] { outlet_.failed("no pong"); });
      return outlet_.send("\r\n\r\n");
    case Kind::blank:
      wait();
      return outlet_.send("\r\n\r\n");
  }
}

// RFC 5389 §7.2.1: seven times, 500 ms apart at first, then twice as long each time; the last one is waited
// for 16 times as long.
void Keepalive::send_stun() {
  if (sent_ == 7) return outlet_.failed("no STUN response");
  ++sent_;
  timeout_.set(sent_ == 7 ? milliseconds{8000} : milliseconds{250 << sent_}, [this] { send_stun(); });
  outlet_.send(request_);
}

void Keepalive::stun(std::string_view octets) {
  constexpr std::string_view success("\1\1", 2);
  const bool ours = !request_.empty() && octets.size() >= header_size && octets.starts_with(success) &&
                    octets.substr(4, 16) == std::string_view(request_).substr(4);
  if (!ours) return;
  request_.clear();
  timeout_.cancel();
  const std::string_view mapped = mapped_address(octets);
  // §4.4.2: "if the mapped address changes [...] the UA MUST treat this event as a failure on the flow."
  if (!mapped_.empty() && mapped_ != mapped) return outlet_.failed("mapped address changed");
  mapped_ = mapped;
  wait();
}

void Keepalive::pong() {
  if (kind_ != Kind::crlf || !timeout_.is_set()) return;
  timeout_.cancel();
  wait();
}

}  // namespace flowgate::sim
