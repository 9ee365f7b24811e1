#include "transport/server_names.h"

#include <openssl/x509v3.h>

#include "sip/text.h"

namespace flowgate::transport {
namespace {

constexpr std::string_view wildcard = "*.";

SSL_CTX* find_in(const std::map<std::string, ServerNames::Context, std::less<>>& contexts,
                 std::string_view name) {
  const auto found = contexts.find(name);
  return found == contexts.end() ? nullptr : found->second.get();
}

}  // namespace

std::vector<std::string> dns_names(const X509* certificate) {
  std::vector<std::string> names;
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> alternatives(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  for (int i = 0; alternatives && i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(alternatives.get(), i);
    if (name->type != GEN_DNS) continue;
    const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
    names.push_back(sip::to_lower({text, static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName))}));
  }
  return names;
}

void ServerNames::add(const std::string& name, const Context& context) {
  if (name.starts_with(wildcard)) {
    wildcards_.emplace(name.substr(wildcard.size()), context);
  } else {
    exact_.emplace(name, context);
  }
}

SSL_CTX* ServerNames::find(std::string_view asked) const {
  std::string name = sip::to_lower(asked);
  if (name.ends_with('.')) name.pop_back();
  if (SSL_CTX* context = find_in(exact_, name)) return context;
  const std::size_t dot = name.find('.');
  return dot == std::string::npos || dot == 0 ? nullptr
                                              : find_in(wildcards_, std::string_view(name).substr(dot + 1));
}

}  // namespace flowgate::transport
