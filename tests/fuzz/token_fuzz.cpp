// Octets as the text of a flow token, as a flow to mint one for, and as a change to a good one.
#include <array>
#include <string>

#include "flowtoken/base64url.h"
#include "flowtoken/token.h"
#include "fuzz/fuzz.h"

namespace flowgate::fuzz {
namespace {

FlowTokens& tokens() {
  static const TokenKeys keys = TokenKeys::from({TokenKey{7, {1, 2, 3}}});
  static FlowTokens tokens{keys};
  return tokens;
}

// Made by Endpoint::from, as all of ours are: an IPv4-mapped address is IPv4 then.
Endpoint endpoint_from(Choices& choices) {
  Endpoint octets;
  octets.v6 = choices.octet() % 2 != 0;
  for (std::size_t i = 0; i < (octets.v6 ? 16u : 4u); ++i) {
    octets.ip[i] = static_cast<std::uint8_t>(choices.octet());
  }
  const unsigned port = choices.octet() * 256 + choices.octet();
  return Endpoint::from(octets.address(), static_cast<std::uint16_t>(port)).value();
}

Flow flow_from(Choices& choices) {
  Flow flow;
  flow.protocol = static_cast<Protocol>(choices.octet() % 5);
  flow.local = endpoint_from(choices);
  flow.remote = endpoint_from(choices);
  for (int i = 0; is_stream(flow.protocol) && i < 8; ++i) flow.serial = flow.serial << 8 | choices.octet();
  return flow;
}

void mint_and_verify(Choices& choices) {
  const unsigned bits = choices.octet();
  const TokenClaims claims{(bits & 1) != 0 ? Dialect::draft : Dialect::rfc, (bits & 2) != 0, (bits & 4) != 0,
                           (bits & 8) != 0};
  const Flow flow = flow_from(choices);
  std::string text;
  tokens().mint(flow, claims, text);
  const auto verified = tokens().verify(text);
  require(verified && verified->flow == flow, "a token says its flow");
  require(verified->dialect == claims.dialect && verified->registered == claims.registered &&
              verified->user == claims.user && verified->at_contact == claims.at_contact,
          "a token says what was claimed");

  const std::size_t at = choices.octet() % text.size();
  const char changed = static_cast<char>(choices.octet());
  if (text[at] == changed) return;
  text[at] = changed;
  require(!tokens().verify(text), "a changed token says nothing");
}

void decode(std::string_view text) {
  std::array<std::uint8_t, 24> octets;
  const auto part = text.substr(0, base64url_length(octets.size()));
  if (!decode_base64url(part, octets)) return;
  std::string again;
  encode_base64url(octets, again);
  require(again == part, "no two texts give the same octets");
}

}  // namespace
}  // namespace flowgate::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowgate;
  const std::string_view text = fuzz::text_of(data, size);
  if (const auto verified = fuzz::tokens().verify(text)) {
    std::string again;
    fuzz::tokens().mint(verified->flow, {verified->dialect, verified->registered}, again);
    fuzz::require(again == text, "a good token is one that we minted");
  }
  fuzz::decode(text);
  fuzz::Choices choices{text};
  fuzz::mint_and_verify(choices);
  return 0;
}
