// Who sends a request? Digest authentication of RFC 3261 §22, with RFC 7616 and RFC 8760. No sockets, no
// clock; not thread-safe: one per shard, over the protection space that the shards share.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "registrar/digest/protection_space.h"
#include "registrar/digest/verifier.h"
#include "sip/credentials.h"
#include "sip/message.h"

namespace flowgate::digest {

// What the request meets: the user agent server that it is for (§22.2), or a proxy on its way (§22.3).
enum class Asker : std::uint8_t { user_agent_server, proxy };

// Is it that realm that they name? Its value is a quoted string: backslashes do not count.
bool are_for(const sip::Credentials& credentials, std::string_view realm);

struct Outcome {
  std::shared_ptr<const registrar::User> user;  // null: the request is to be refused
  int status = 0;                               // 401, 407; 400; 503
  std::string reason;                           // empty: the usual phrase
  std::string fields;                           // whole header field lines
};

class Authenticator {
 public:
  using Random = std::function<std::uint64_t()>;
  // `space` must outlive it.
  Authenticator(ProtectionSpace& space, Random random);

  // `source`: where the request came from.
  Outcome authenticate(const sip::Message& request, Asker asker, const Endpoint& source, Instant now);
  // What a request without credentials meets. `stale`: they were right, but for the age of their nonce.
  Outcome challenge(Asker asker, bool stale, Instant now);

 private:
  Outcome judge(const sip::Credentials& credentials, const sip::Message& request, Asker asker,
                const Endpoint& source, Instant now);
  // A part of it.
  std::string_view user_name(std::string_view username) const;

  ProtectionSpace& space_;
  Random random_;
  Verifier verifier_;
  std::string nonce_;  // of the last challenge
};

}  // namespace flowgate::digest
