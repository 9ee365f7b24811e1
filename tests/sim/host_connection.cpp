#include "sim/host_connection.h"

#include <array>

#include "sim/host.h"
#include "stun/stun.h"

namespace flowgate::sim {

void HostConnection::stream_open() {
  open_ = true;
  host_.connection_open(*this);
}

void HostConnection::stream_octets(std::string_view octets) {
  const bool whole = reader_.read(octets, [this](sip::FrameKind kind, std::string text) {
    if (kind == sip::FrameKind::ping) write("\r\n");
    if (kind == sip::FrameKind::ping) return host_.keepalive(flow_);
    if (kind == sip::FrameKind::message) return host_.receive(flow_, std::move(text));
    std::array<char, stun::max_response_bytes> response;
    const std::size_t size = stun::respond(text, flow_.remote, response);
    if (size > 0) write({response.data(), size});
    host_.keepalive(flow_);
  });
  if (!whole) host_.connection_broken(flow_);
}

void HostConnection::stream_closed() {
  host_.connection_closed(flow_);
}

}  // namespace flowgate::sim
