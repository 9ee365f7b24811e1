// Connection reuse: RFC 5923. A peer that opens a TLS connection to us and says `alias` in its Via takes
// requests for itself on it, too.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flowtoken/flow.h"
#include "sip/limits.h"
#include "sip/via.h"

namespace flowgate::transport {

// §8.2: the next hops that a connection serves: an address, by any of the names in the peer's certificate.
struct Alias {
  Endpoint address;
  std::vector<std::string> names;  // each an identity_of()
};

// The topmost Via of a request over TLS whose sender asks for an alias. It views `message`, which may be
// changed in that folded lines are unfolded.
std::optional<sip::Via> asks_for_alias(std::span<char> message, const sip::Limits& limits);

// §9.2: the alias of a connection that comes from `source`; `identities` are those in the client's
// certificate after it has been verified. Nothing when they do not bear out what the Via says.
std::optional<Alias> alias_of(const sip::Via& via, const Endpoint& source,
                              std::vector<std::string> identities);

}  // namespace flowgate::transport
