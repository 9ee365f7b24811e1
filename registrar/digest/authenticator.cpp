#include "registrar/digest/authenticator.h"

#include <charconv>
#include <optional>
#include <utility>

#include "registrar/digest/resource.h"
#include "sip/text.h"
#include "sip/value.h"
#include "sip/via.h"

namespace flowgate::digest {
namespace {

using sip::Header;

Outcome bad(std::string reason) {
  return {nullptr, 400, std::move(reason), {}};
}

// nc-value = 8LHEX
std::optional<std::uint32_t> count_of(std::string_view nc) {
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(nc.data(), nc.data() + nc.size(), count, 16);
  if (nc.size() != 8 || error != std::errc() || end != nc.data() + nc.size()) return std::nullopt;
  return count;
}

// RFC 8760 §2.7: "A parameter with an empty value (empty string) is allowed when the UAC has not yet received
// a challenge."
bool awaits_challenge(const sip::Credentials& credentials) {
  return credentials.nonce.empty() || credentials.response.empty();
}

// What is wrong with them; nothing: they can be looked at. RFC 2617 §3.2.2.1 and RFC 3261 §22.4 (8): those
// from before qop count no uses of their nonce, so it has one, and `count` is 0.
std::optional<Outcome> defect(const sip::Credentials& credentials, std::uint32_t& count) {
  if (credentials.username.empty()) return bad("Credentials Without username");
  if (credentials.uri.empty()) return bad("Credentials Without uri");
  // Nobody is offered userhash or auth-int, so nobody may use them (RFC 7616 §3.4).
  if (credentials.userhash) return bad("userhash Was Not Offered");
  if (credentials.qop.empty()) return std::nullopt;
  if (!sip::equals_nocase(credentials.qop, "auth")) return bad("Only qop=auth Was Offered");
  if (credentials.cnonce.empty()) return bad("Credentials Without cnonce");
  const auto used = count_of(credentials.nc);
  if (!used) return bad("Bad nc");
  count = *used;
  return std::nullopt;
}

// Who is at the other end of an edge: its Via is on top, below it is that of the UA, as the edge completed
// it.
Endpoint source_behind_edge(const sip::Message& request, const Endpoint& edge) {
  sip::Values vias(request, Header::via);
  if (!vias.next()) return edge;
  const auto value = vias.next();
  const auto via = value ? sip::Via::parse(value->text) : sip::Error::bad_via;
  if (!via) return edge;
  const auto received = via->params.find("received");
  return Endpoint::from(received.value_or(via->host), 0).value_or(edge);
}

}  // namespace

bool are_for(const sip::Credentials& credentials, std::string_view realm) {
  return credentials.realm == realm || sip::unquote_inside(credentials.realm) == realm;
}

Authenticator::Authenticator(ProtectionSpace& space, Random random)
    : space_(space), random_(std::move(random)), verifier_(space.realm()) {}

// RFC 3261 §22.3: there may be several, for several realms; the first for ours counts.
Outcome Authenticator::authenticate(const sip::Message& request, Asker asker, const Endpoint& source,
                                    Instant now) {
  const Header header = asker == Asker::proxy ? Header::proxy_authorization : Header::authorization;
  for (const sip::Field* field = request.find(header); field != nullptr; field = request.behind(*field)) {
    const auto credentials = sip::Credentials::parse(request.value(*field));
    if (!credentials) {
      if (!sip::Credentials::is_digest(request.value(*field))) continue;
      return bad("Bad " + std::string(sip::header_name(header)));
    }
    if (are_for(*credentials, space_.realm())) return judge(*credentials, request, asker, source, now);
  }
  return challenge(asker, false, now);
}

// The response is looked at before the nonce: a wrong one counts as a guess whatever its nonce, and only who
// knows the password hears that the nonce was stale.
Outcome Authenticator::judge(const sip::Credentials& credentials, const sip::Message& request, Asker asker,
                             const Endpoint& address, Instant now) {
  if (awaits_challenge(credentials)) return challenge(asker, false, now);
  std::uint32_t count = 0;
  if (auto wrong = defect(credentials, count)) return *std::move(wrong);
  const auto algorithm = algorithm_from(credentials.algorithm);
  if (!algorithm || !space_.offers(*algorithm)) return challenge(asker, false, now);

  const std::string username = sip::unquote_inside(credentials.username);
  const std::string_view name = user_name(username);
  const Endpoint source = space_.behind_edges() ? source_behind_edge(request, address) : address;
  const Backoff::Attempt attempt(source, name);
  if (const auto wait = space_.backoff().wait(attempt, now); wait.count() > 0) {
    return {nullptr, 503, "Too Many Failures", "Retry-After: " + std::to_string(wait.count()) + "\r\n"};
  }
  auto user = space_.users().find(name);
  if (!verifier_.verify(credentials, *algorithm, username, request.method_text(), user.get())) {
    space_.backoff().failed(attempt, now);
    return challenge(asker, false, now);
  }
  space_.backoff().succeeded(attempt, now);
  if (!same_resource(credentials.uri, request.request_uri(), space_.domains())) {
    return bad("Credentials Are For Another Request-URI");
  }
  const bool opaque = credentials.opaque.empty() || credentials.opaque == space_.opaque();
  if (!opaque || !space_.take(credentials.nonce, count, now)) return challenge(asker, true, now);
  return {std::move(user), 0, {}, {}};
}

Outcome Authenticator::challenge(Asker asker, bool stale, Instant now) {
  const bool proxy = asker == Asker::proxy;
  const Challenges& challenges = proxy ? space_.proxy_challenges() : space_.www_challenges();
  Outcome outcome{nullptr, proxy ? 407 : 401, {}, {}};
  nonce_.clear();
  space_.mint_nonce(now, random_(), nonce_);
  challenges.write(space_.offered(), nonce_, stale, outcome.fields);
  return outcome;
}

// Clients send their name alone or the whole AOR.
std::string_view Authenticator::user_name(std::string_view username) const {
  const std::size_t at = username.rfind('@');
  if (at == std::string_view::npos || at == 0 || space_.users().find(username)) return username;
  const std::string text = "sip:" + std::string(username.substr(at + 1));
  const auto domain = sip::Uri::parse(text);
  const bool ours = domain && domain->host == username.substr(at + 1) && space_.domains().owns(*domain);
  return ours ? username.substr(0, at) : username;
}

}  // namespace flowgate::digest
