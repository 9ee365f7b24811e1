#include "registrar/domains.h"

#include <algorithm>
#include <utility>

#include "flowtoken/flow.h"
#include "registrar/encrypted_gruu.h"
#include "sip/escapes.h"
#include "sip/text.h"

namespace flowgate::registrar {
namespace {

std::string_view canonical_host(std::string_view host, bool v6, HostBuffer& buffer) {
  if (v6) {
    const auto address = Endpoint::from(host, 0);
    if (!address) return {};
    const std::string text = address->host();
    return {buffer.data(), text.copy(buffer.data(), buffer.size())};
  }
  if (host.size() > buffer.size()) return {};
  std::ranges::transform(host, buffer.begin(), sip::lower);
  return {buffer.data(), host.size()};
}

// The key ends up in stores and logs.
bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace

std::string_view canonical_host(const sip::Uri& uri, HostBuffer& buffer) {
  return canonical_host(uri.host, uri.host_is_v6, buffer);
}

Domains::Domains(const std::vector<std::string>& domains, std::set<std::uint16_t> ports,
                 const UserTable* users)
    : ports_(std::move(ports)), users_(users) {
  // RFC 3261 §19.1.2: a URI without a port may mean either.
  ports_.insert({5060, 5061});
  for (std::string_view domain : domains) {
    const bool bracketed = domain.size() > 2 && domain.front() == '[' && domain.back() == ']';
    if (bracketed) domain = domain.substr(1, domain.size() - 2);
    HostBuffer buffer;
    const std::string_view host = canonical_host(domain, domain.find(':') != domain.npos, buffer);
    if (host.empty()) continue;
    domains_.emplace(host);
    if (first_.empty()) first_ = host;
  }
}

std::string_view Domains::domain_of(const sip::Uri& uri, HostBuffer& buffer) const {
  if (!uri.is_sip() || (uri.port && !ports_.contains(*uri.port))) return {};
  const std::string_view host = canonical_host(uri, buffer);
  return domains_.contains(host) ? host : std::string_view{};
}

bool Domains::owns(const sip::Uri& uri) const {
  HostBuffer buffer;
  return !domain_of(uri, buffer).empty();
}

// RFC 3261 §10.3 (5): "all URI parameters MUST be removed (including the user-param), and any escaped
// characters MUST be converted to their unescaped form."
std::optional<std::string> Domains::aor(const sip::Uri& uri) const {
  if (!uri.has_user || uri.user.empty()) return std::nullopt;
  HostBuffer buffer;
  const std::string_view domain = domain_of(uri, buffer);
  if (domain.empty()) return std::nullopt;
  std::string aor;
  aor.reserve(uri.user.size() + 1 + domain.size());
  const bool escaped = uri.user.find('%') != uri.user.npos;
  aor = escaped ? sip::unescape(uri.user) : uri.user;
  if (has_control(aor)) return std::nullopt;
  aor += '@';
  aor += domain;
  return aor;
}

bool Domains::has_user(std::string_view aor) const {
  const std::string_view user = aor.substr(0, aor.rfind('@'));
  return !is_user_of_encrypted_gruu(user) && (users_ == nullptr || users_->has_owner(aor));
}

bool Domains::belongs_to(std::string_view aor, const User& user) const {
  return users_ != nullptr && users_->is_owner(aor, user);
}

bool Domains::belongs_to_another(const sip::Uri& uri, const User& user) const {
  if (users_ == nullptr) return false;
  // His name is his in each domain, where nobody has further AORs.
  const bool plain = uri.user.find('%') == uri.user.npos;
  if (plain && uri.user == user.name && !users_->has_further_aors()) return false;
  const auto aor = this->aor(uri);
  const auto owner = aor ? users_->owner(*aor) : nullptr;
  return owner && owner->name != user.name;
}

std::string Domains::uri_of_user(std::string_view name) const {
  std::string uri = "sip:";
  sip::append_user(uri, name);
  return (uri += '@') += first_;
}

}  // namespace flowgate::registrar
