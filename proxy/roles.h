// What this process is to the others: an edge proxy (RFC 5626 §5), a registrar with its authoritative proxy
// (§6, §7), or both.
#pragma once

#include <chrono>
#include <string>

#include "proxy/trust.h"

namespace flowgate::proxy {

struct Roles {
  bool edge = true;
  bool registrar = true;
  // A SIP URI: where requests go that are neither for a UA of ours nor for a domain that we are the registrar
  // of. Empty: where their Route or Request-URI says.
  std::string next_hop;
  std::chrono::seconds flow_timer{120};  // Flow-Timer, in answers to REGISTERs that we forwarded
  Trust trust;
  std::string realm;            // of the users that we authenticate; empty: none
  bool stun_parameter = false;  // draft-ietf-sip-outbound-00 §7: ";stun" on our URIs for UDP
};

}  // namespace flowgate::proxy
