// The registrar: REGISTER in, an answer out (RFC 3261 §10.3, RFC 3327, RFC 5626 §6, RFC 5627 §5,
// draft-ietf-sip-outbound-00 §5.1, draft-ietf-sip-gruu-04 §7.1.2); and its other face, the abstract location
// service of RFC 3261 §16.5: a Request-URI in, targets out (RFC 5626 §7, RFC 5627 §5.1 and §6.1, draft-gruu
// §8.4.1).
//
// No sockets, no clock, no threads: one per shard, over the location service that the shards share.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "registrar/administrative_gruu.h"
#include "registrar/date_field.h"
#include "registrar/domains.h"
#include "registrar/encrypted_gruu.h"
#include "registrar/gruu.h"
#include "registrar/location_service.h"
#include "sip/limits.h"
#include "sip/message.h"

namespace flowgate::registrar {

struct Options {
  std::chrono::seconds default_expires{3600};
  std::chrono::seconds min_expires{60};
  std::chrono::seconds max_expires{7200};
  std::chrono::seconds flow_timer{120};  // Flow-Timer, beside Require: outbound
  std::size_t max_bindings = 32;         // per AOR; a REGISTER that would make more is answered 403
  // Of all AORs; one more is answered 503. Shards do not wait for one another to count: each may add one.
  std::size_t max_all_bindings = 4'000'000;
  std::size_t max_contact_bytes = 4096;  // of one Contact with its parameters, and of a Path; beyond it: 400
  // The Route value that leads the other nodes which share the location service to a flow of this one; none:
  // there are no others.
  std::function<std::string(const Flow&, Dialect)> route;
  bool anonymous_gruus = false;  // UAs that speak the draft get anonymous GRUUs, not legacy ones
  std::vector<AdministrativeGruu> administrative_gruus;
  DateField::WallClock wall_clock;  // for the Date of a 200; none: it has no Date
  sip::Limits limits;
};

// A response to be written: `fields` are whole header field lines, made by sip::FieldWriter.
struct Answer {
  int status = 0;
  std::string reason;  // empty: the usual phrase
  std::string fields;
  // For how long the UA, which speaks `dialect`, will keep its flow alive: it was given a Flow-Timer. 0: it
  // was given none, or has removed its bindings. Nothing: that is not what this answers.
  std::optional<std::chrono::seconds> keeps_alive = std::nullopt;
  Dialect dialect = Dialect::rfc;
};

// Where a request may be sent. One member of the target set.
struct Target {
  std::string uri;  // the Request-URI to put in: the Contact's URI, with grid when the request's GRUU had one
  std::string path;            // to become Route values; empty: none
  bool follows_route = false;  // the rest of the request's Route set leads there (RFC 5627 §6.1)
  bool is_binding = true;      // false: what its failure says is not said of the flow of its binding
  std::string next_hop;        // the URI to send to, whatever Route and Request-URI say; empty: they say
  bool configured = false;     // the configuration says where it is, no peer: it may be this host's loopback
  Flow flow;
  bool by_flow = false;    // only down `flow`; else to the first Path URI or to `uri`
  bool or_by_uri = false;  // by_flow, and to the Request-URI when the flow is gone
  std::string node;        // whose flow it is, `path` leading there; empty: this node's
  Dialect dialect = Dialect::rfc;
  std::string instance;  // targets of the same instance are tried one at a time
  std::uint32_t reg_id = 0;
  bool outbound = false;
  std::uint16_t q_milli = 1000;
  Instant updated;
  std::string aor;          // whose binding it is
  std::string contact_uri;  // the binding's URI, to name it in remove()
};

struct Located {
  int status = 0;     // 0: `targets` is not empty; else 404 or 480, or 400 for a URI that cannot name anybody
  bool gruu = false;  // the Request-URI was a GRUU: all targets are one instance
  std::vector<Target> targets;  // best first: by q, then the most recently updated first
};

// Where a REGISTER stands among those of its Call-ID.
struct RegisterOrder {
  std::uint32_t cseq = 0;
  // Names its server transaction, to tell the same REGISTER once more from another one of that CSeq; 0:
  // nothing does.
  std::uint64_t transaction = 0;
};

class Registrar {
 public:
  using Random = std::function<std::uint64_t()>;
  Registrar(const Options& options, const Domains& domains, LocationService& location, EncryptedGruus gruus,
            Random random);

  // RFC 3261 §10.3 (5): is an AOR in that To "valid for the domain in the Request-URI", as far as both are
  // domains of ours?
  bool is_valid_for(const sip::Uri& to, const sip::Uri& request_uri) const {
    return domains_.may_be_same(to, request_uri);
  }
  // A REGISTER whose Request-URI is ours, and which has a Call-ID; `to`: the URI of its To. `done` is called
  // once, at once or later, on this thread; the message need not live until then.
  void process(const sip::Message& request, const sip::Uri& to, RegisterOrder order, const Flow& flow,
               Instant now, std::function<void(const Answer&)> done);

  // Is the Request-URI a GRUU that this process answers itself?
  bool serves(const sip::Uri& request_uri) const;
  // The targets for a Request-URI that Domains::owns, for a request that is not a REGISTER.
  void locate(const sip::Uri& request_uri, Instant now, std::function<void(Located)> done);

  // Has the AOR in `from` (the URI of a From) a binding whose Path begins with the proxy at the far end of
  // `flow`? Then the request comes from behind that edge as its REGISTER did. `done` is called once, at once
  // or later.
  void registered_along(const sip::Uri& from, const Flow& flow, Instant now, std::function<void(bool)> done);

  // A target turned out to be dead (430): its binding goes, unless it was refreshed since.
  void remove(const Target& target);
  // RFC 5626 §7: a flow can no longer be sent on. All bindings that use it go, "regardless of AOR".
  void remove_flow(const Flow& flow);

 private:
  Options options_;
  const Domains& domains_;
  LocationService& location_;
  EncryptedGruus gruus_;
  AdministrativeGruus administrative_gruus_;
  Random random_;
  DateField date_;
};

// RFC 3261 §18.2.1, RFC 3581 §4: the sent-by of the top Via is not where the request came from.
bool behind_nat(const sip::Message& request, const Flow& flow);

}  // namespace flowgate::registrar
