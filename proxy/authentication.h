// Who has to say who he is, and what he may be then: RFC 3261 §10.3 (3) and (4), §22.2, §22.3, §26.3.2.
#pragma once

#include <memory>
#include <string>

#include "proxy/refusal.h"
#include "proxy/roles.h"
#include "proxy/routing.h"
#include "registrar/digest/authenticator.h"

namespace flowgate::proxy {

class Authentication {
 public:
  // The references must outlive it.
  Authentication(digest::ProtectionSpace& space, const Roles& roles, digest::Authenticator::Random random)
      : space_(space), roles_(roles), authenticator_(space, std::move(random)) {}

  struct Verdict {
    Refusal refusal;
    std::shared_ptr<const registrar::User> user;  // null: a trusted peer, or nobody who is asked
    std::string asserted;                         // of a user whose request goes on: his URI (RFC 3325)
  };
  // A request that we are the UAS of; `to`: the URI in its To.
  Verdict of_request_for_us(const sip::Message& request, const sip::Uri& to, const Flow& flow,
                            registrar::Instant now);
  // Has that one no credentials, where they are asked for?
  bool misses_credentials(const sip::Message& request, const Flow& flow) const;
  // What it is answered then.
  Refusal challenge_for_us(registrar::Instant now);
  // A request that leaves through us. `over_registered`: it came over the flow of a registered UA.
  Verdict of_request_passing(const sip::Message& request, const Flow& flow, const RouteDecision& decision,
                             bool over_registered, registrar::Instant now);

 private:
  // Sets its refusal or its user.
  void authenticate(const sip::Message& request, digest::Asker asker, const Flow& flow,
                    registrar::Instant now, Verdict& verdict);
  bool may_be(const registrar::User& user, const sip::Uri& from) const;
  bool shows_gruu_of_another(const registrar::User& user, const sip::Message& request) const;
  std::string asserted_identity(const registrar::User& user, const sip::Message& request,
                                const sip::Uri& from) const;

  digest::ProtectionSpace& space_;
  const Roles& roles_;
  digest::Authenticator authenticator_;
};

}  // namespace flowgate::proxy
