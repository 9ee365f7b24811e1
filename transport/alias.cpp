#include "transport/alias.h"

#include <algorithm>
#include <utility>

#include "sip/message.h"
#include "sip/value.h"
#include "transport/sip_identities.h"

namespace flowgate::transport {
namespace {

constexpr std::uint16_t default_port = 5061;  // §8.2

// A sent-by that is a name must be one of the certificate's. An address must be that which the connection
// comes from: one that is not has been translated on the way, and its port leads to somebody else.
bool speaks_for(const sip::Via& via, const Endpoint& source, const std::vector<std::string>& identities) {
  if (const auto address = Endpoint::from(via.host, source.port)) return address->same_address(source);
  return std::find(identities.begin(), identities.end(), identity_of(via.host)) != identities.end();
}

}  // namespace

std::optional<sip::Via> asks_for_alias(std::span<char> text, const sip::Limits& limits) {
  const auto message = sip::Message::parse(text, limits);
  if (!message || message->defect() || !message->is_request()) return std::nullopt;
  const auto top = sip::first_value(*message, sip::Header::via);
  if (!top) return std::nullopt;
  const auto via = sip::Via::parse(top->text, limits);
  if (!via || !via->params.has("alias") || protocol_from(via->transport) != Protocol::tls)
    return std::nullopt;
  return *via;
}

std::optional<Alias> alias_of(const sip::Via& via, const Endpoint& source,
                              std::vector<std::string> identities) {
  if (identities.empty() || !speaks_for(via, source, identities)) return std::nullopt;
  // §8.2: the received address, with the port of the sent-by "if it contains a port"; "otherwise, the default
  // port is the destination port".
  Endpoint address = source;
  address.port = via.port.value_or(default_port);
  return Alias{address, std::move(identities)};
}

}  // namespace flowgate::transport
