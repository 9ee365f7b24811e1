#include "transport/sip_identities.h"

#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "flowtoken/flow.h"
#include "sip/text.h"
#include "sip/uri.h"

namespace flowgate::transport {
namespace {

std::string_view text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

// RFC 5922 §7.1: "If the scheme of the URI is not 'sip', then the implementation MUST NOT accept the value as
// a SIP domain identity"; nor one "that contains a userpart (there is an '@')": that is an individual user.
std::optional<std::string> domain_of_uri(std::string_view text) {
  const auto uri = sip::Uri::parse(text);
  if (!uri || uri->scheme != sip::Scheme::sip || text.find('@') != text.npos) return std::nullopt;
  return identity_of(uri->host);
}

// An address has a type of its own: it is no DNS name.
std::optional<std::string> domain_of_name(std::string_view text) {
  if (text.empty() || Endpoint::from(text, 0)) return std::nullopt;
  return sip::to_lower(text);
}

// RFC 5280 §4.2.1.6: four octets, or sixteen.
std::optional<std::string> address_of(std::string_view octets) {
  Endpoint endpoint;
  if (octets.size() != 4 && octets.size() != endpoint.ip.size()) return std::nullopt;
  endpoint.v6 = octets.size() != 4;
  std::copy(octets.begin(), octets.end(), endpoint.ip.begin());
  return identity_of(endpoint.address());
}

}  // namespace

std::vector<std::string> sip_identities(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  std::vector<std::string> domains, others;
  const int count = names ? std::min(sk_GENERAL_NAME_num(names.get()), static_cast<int>(max_identities)) : 0;
  for (int i = 0; i < count; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    std::optional<std::string> found;
    if (name->type == GEN_URI) {
      found = domain_of_uri(text_of(name->d.uniformResourceIdentifier));
    } else if (name->type == GEN_DNS) {
      found = domain_of_name(text_of(name->d.dNSName));
    } else if (name->type == GEN_IPADD) {
      found = address_of(text_of(name->d.iPAddress));
    }
    if (found) (name->type == GEN_URI ? domains : others).push_back(*std::move(found));
  }
  // §7.1: a DNS name is accepted "if and only if no other identity is found that matches the 'sip' URI type".
  return domains.empty() ? others : domains;
}

std::string identity_of(std::string_view host) {
  const auto address = Endpoint::from(host, 0);
  return address ? address->address() : sip::to_lower(host);
}

}  // namespace flowgate::transport
