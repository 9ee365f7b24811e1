#include "registrar/domains.h"

#include <algorithm>
#include <utility>

#include "flowtoken/flow.h"
#include "sip/escapes.h"
#include "sip/gruu_user.h"
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

std::string_view Domains::domain_of(const sip::Uri& uri) const {
  if (!uri.is_sip() || (uri.port && !ports_.contains(*uri.port))) return {};
  if (uri.host == first_) return first_;  // most often the only one, spelt as it is here
  HostBuffer buffer;
  const auto domain = domains_.find(canonical_host(uri, buffer));
  return domain == domains_.end() ? std::string_view{} : *domain;
}

bool Domains::may_be_same(const sip::Uri& one, const sip::Uri& other) const {
  if (one.host == other.host) return true;
  const std::string_view domain = domain_of(one), another = domain_of(other);
  return domain.empty() || another.empty() || domain == another;
}

bool Domains::owns(const sip::Uri& uri) const {
  return !domain_of(uri).empty();
}

// RFC 3261 §10.3 (5): "all URI parameters MUST be removed (including the user-param), and any escaped
// characters MUST be converted to their unescaped form."
std::optional<Domains::Pieces> Domains::pieces_of(const sip::Uri& uri, std::string& unescaped) const {
  if (!uri.has_user || uri.user.empty()) return std::nullopt;
  const std::string_view domain = domain_of(uri);
  if (domain.empty()) return std::nullopt;
  const std::string_view user = sip::unescape(uri.user, unescaped);
  if (!unescaped.empty() && has_control(unescaped)) return std::nullopt;
  return Pieces{user, "@", domain};
}

std::optional<std::string> Domains::aor(const sip::Uri& uri) const {
  std::string unescaped;
  const auto pieces = pieces_of(uri, unescaped);
  if (!pieces) return std::nullopt;
  const auto [user, at, domain] = *pieces;
  std::string aor;
  aor.reserve(user.size() + at.size() + domain.size());
  ((aor += user) += at) += domain;
  return aor;
}

std::string_view Domains::aor(const sip::Uri& uri, KeptText& kept) const {
  std::string unescaped;
  const auto pieces = pieces_of(uri, unescaped);
  return pieces ? kept.keep(*pieces) : std::string_view{};
}

bool Domains::names(const sip::Uri& uri, std::string_view aor) const {
  std::string unescaped;
  const auto pieces = pieces_of(uri, unescaped);
  if (!pieces) return false;
  const auto [user, at, domain] = *pieces;
  return aor.size() == user.size() + at.size() + domain.size() && aor.starts_with(user) &&
         aor.substr(user.size()).starts_with(at) && aor.ends_with(domain);
}

bool Domains::has_user(std::string_view aor) const {
  return !sip::is_user_of_encrypted_gruu(aor) && (users_ == nullptr || users_->has_owner(aor));
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
