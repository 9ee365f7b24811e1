// Octets as the front of a connection that a load balancer makes: version 2 of the PROXY protocol.
#include "fuzz/fuzz.h"
#include "transport/proxy_protocol.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowgate::transport;
  using flowgate::fuzz::require;
  const std::string_view octets = flowgate::fuzz::text_of(data, size);
  const ProxyHeader whole = read_proxy_header(octets);
  // As they come in, one by one.
  ProxyHeader header = read_proxy_header("");
  std::size_t arrived = 0;
  while (header.kind == ProxyHeaderKind::need_more && arrived < size) {
    require(header.size > arrived, "more is more than there is");
    require(header.size <= max_proxy_header_bytes, "no more is asked for than the largest header has");
    const std::size_t asked_for = header.size;
    header = read_proxy_header(octets.substr(0, ++arrived));
    const bool is_header = header.kind == ProxyHeaderKind::local || header.kind == ProxyHeaderKind::proxied;
    require(!is_header || (header.size == arrived && arrived == asked_for),
            "nothing behind the header is asked for");
  }
  require(header.kind == whole.kind && header.size == whole.size && header.source == whole.source,
          "pieces say the same as the whole, whatever stands behind the header");
  return 0;
}
