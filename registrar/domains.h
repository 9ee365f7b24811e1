// Which URIs are ours, and which AOR one names.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "registrar/kept_text.h"
#include "registrar/user_table.h"
#include "sip/uri.h"

namespace flowgate::registrar {

// The one spelling of a URI's host: lower case, IPv6 as RFC 5952 has it and in brackets. "" for what cannot
// be a host: a name has at most 253 characters (RFC 1035 §2.3.4).
using HostBuffer = std::array<char, 256>;
std::string_view canonical_host(const sip::Uri& uri, HostBuffer& buffer);

class Domains {
 public:
  // `domains` in any case; `ports` are the ones that we listen on (an explicit 5060, 5061 or one of these in
  // a URI means the domain all the same). `users`: when given, only their AORs exist; it must outlive this.
  Domains(const std::vector<std::string>& domains, std::set<std::uint16_t> ports,
          const UserTable* users = nullptr);

  // A sip or sips URI whose host is one of the domains.
  bool owns(const sip::Uri& uri) const;
  // The key of the AOR that the URI names, its parameters, scheme, password and port left aside: the user
  // part unescaped, '@', the domain in lower case. User parts are compared with case (RFC 3261 §19.1.4).
  // Nothing for a URI that is not ours or has no user part.
  std::optional<std::string> aor(const sip::Uri& uri) const;
  // The same, kept; "" for nothing.
  std::string_view aor(const sip::Uri& uri, KeptText& kept) const;
  // Is `aor` the key of the AOR that the URI names?
  bool names(const sip::Uri& uri, std::string_view aor) const;
  // False: they are in two domains of ours.
  bool may_be_same(const sip::Uri& one, const sip::Uri& other) const;
  // Is there such a user? `aor` as made by aor(). Nobody is called like an encrypted GRUU.
  bool has_user(std::string_view aor) const;
  // Is that user's, own or further.
  bool belongs_to(std::string_view aor, const User& user) const;
  // Is the AOR that the URI names somebody's, and not that user's?
  bool belongs_to_another(const sip::Uri& uri, const User& user) const;
  // A URI of the AOR that bears the user's name, in the first domain.
  std::string uri_of_user(std::string_view name) const;

 private:
  // The domain that owns() it, "" when none does.
  std::string_view domain_of(const sip::Uri& uri) const;
  // A key, in pieces: user part, '@', domain. An unescaped user part is in `unescaped`.
  using Pieces = std::array<std::string_view, 3>;
  std::optional<Pieces> pieces_of(const sip::Uri& uri, std::string& unescaped) const;

  std::set<std::string, std::less<>> domains_;
  std::string first_;
  std::set<std::uint16_t> ports_;
  const UserTable* users_;
};

}  // namespace flowgate::registrar
