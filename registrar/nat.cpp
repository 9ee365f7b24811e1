#include "registrar/registrar.h"
#include "sip/value.h"
#include "sip/via.h"

namespace flowgate::registrar {
namespace {

// RFC 3261 §18.1.1, RFC 7118 §5: what a sent-by without a port means.
std::uint16_t default_port(Protocol protocol) {
  switch (protocol) {
    case Protocol::udp:
    case Protocol::tcp:
      return 5060;
    case Protocol::tls:
      return 5061;
    case Protocol::ws:
      return 80;
    case Protocol::wss:
      return 443;
  }
  return 5060;
}

}  // namespace

// A host name in the sent-by is not looked up: "x.invalid" is the usual one (RFC 7118 §5).
bool behind_nat(const sip::Message& request, const Flow& flow) {
  const auto top = sip::first_value(request, sip::Header::via);
  if (!top) return true;
  const auto via = sip::Via::parse(top->text);
  if (!via) return true;
  return Endpoint::from(via->host, via->port.value_or(default_port(flow.protocol))) != flow.remote;
}

}  // namespace flowgate::registrar
