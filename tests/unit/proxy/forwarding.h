// A forwarder between a UA, a phone and a trunk, and requests for it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proxy/forwarder.h"
#include "sip/value.h"
#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {

inline const Branch branch{3, 0x1111222233334444, 0x5555666677778888};
inline const std::string via_branch = "branch=z9hG4bKfg0311112222333344445555666677778888;rport";
inline const Flow trunk_flow = udp_flow("203.0.113.9", 5060);
inline const Flow phone_flow = stream_flow(Protocol::tls, 5061, "198.51.100.8", 40001);

class ForwarderTest : public testing::Test {
 protected:
  std::string token(const Flow& flow, Dialect dialect = Dialect::rfc) {
    std::string token;
    tokens.mint(flow, dialect, token);
    return token;
  }
  std::string forwarded(const Parsed& request, const Flow& source, const Flow& to,
                        const ForwardPlan& plan = {}) {
    std::string out;
    forwarder.request(request.get(), source, to, plan, branch, out);
    return out;
  }

  Roles roles;
  LocalAddresses local = edge_addresses();
  FlowTokens tokens = tokens_of(1);
  std::uint64_t random = 0;
  Forwarder forwarder{3, roles, local, tokens, [this] { return ++random; }, {}};
};

// The values of a header of a message, in order.
inline std::vector<std::string> values(const std::string& text, sip::Header header) {
  std::string copy = text;
  const auto message = sip::Message::parse({copy.data(), copy.size()}, {});
  if (!message || message->defect()) return {"malformed"};
  std::vector<std::string> found;
  sip::Values all(*message, header);
  while (const auto value = all.next()) found.emplace_back(value->text);
  return found;
}

inline Parsed bye(std::string_view fields = "") {
  return Parsed{
      "BYE sip:bob@198.51.100.8:5062 SIP/2.0\n"
      "Via: SIP/2.0/UDP 198.51.100.7:40000;branch=z9hG4bK1;received=198.51.100.7\n"
      "Max-Forwards: 70\n" +
      std::string{fields} +
      "f: <sip:alice@example.com>;tag=1\n"
      "To: <sip:bob@example.com>;tag=2\n"
      "Call-ID: 1\n"
      "CSeq: 2 BYE\n"
      "l: 0\n"
      "\n"};
}

inline Parsed invite(std::string_view uri = "sip:bob@example.com", std::string_view fields = "",
                     std::string_view method = "INVITE", std::string_view to = "<sip:bob@example.com>") {
  return Parsed{std::string{method} + " " + std::string{uri} +
                " SIP/2.0\n"
                "Via: SIP/2.0/UDP 198.51.100.7:40000;branch=z9hG4bK1;rport=40000;received=198.51.100.7\n"
                "Max-Forwards: 70\n" +
                std::string{fields} + "From: <sip:alice@example.com>;tag=1\nTo: " + std::string{to} +
                "\nCall-ID: 1\nCSeq: 1 " + std::string{method} +
                "\nContact: <sip:alice@10.0.0.1;ob>\nContent-Length: 4\n\nbody"};
}

}  // namespace flowgate::proxy
