#include "sip/uri_equivalence.h"

#include <algorithm>
#include <functional>

#include "sip/host.h"

namespace flowgate::sip {

namespace {

// The user part and the password with the ':' between them.
std::string_view userinfo(const Uri& uri) {
  const std::string_view last = uri.password.data() ? uri.password : uri.user;
  return {uri.user.data(), static_cast<std::size_t>(last.data() + last.size() - uri.user.data())};
}

// §19.1.4: "A user, ttl, or method uri-parameter appearing in only one URI never matches, even if it contains
// the default value. A URI that includes an maddr parameter will not match a URI that contains no maddr
// parameter." The same goes for transport, by the example of "sip:bob@biloxi.com;transport=udp".
bool must_be_in_both(std::string_view name) {
  return name == "user" || name == "ttl" || name == "method" || name == "maddr" || name == "transport";
}

}  // namespace

bool equivalent(const Uri& a, const Uri& b) {
  ComparableUri x{a}, y{b};
  return x.same(y);
}

bool ComparableUri::same(ComparableUri& other) {
  const Uri& a = uri_;
  const Uri& b = other.uri_;
  if (a.text == b.text) return true;
  if (!a.is_sip() || a.scheme != b.scheme) return false;
  if (a.port != b.port || !same_host({a.host, a.host_is_v6}, {b.host, b.host_is_v6})) return false;
  if (a.has_user != b.has_user || !same_unescaped(userinfo(a), userinfo(b), Case::matters)) return false;
  return params_match(params(), other.params()) && headers_match(headers(), other.headers());
}

void ComparableUri::Pairs::add(std::string_view name, std::string_view value, Case value_letters) {
  const std::size_t begin = text_.size();
  append_canonical(text_, name, Case::ignored);
  const std::size_t name_size = text_.size() - begin;
  append_canonical(text_, value, value_letters);
  places_.push_back({std::hash<std::string_view>{}({text_.data() + begin, name_size}),
                     static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(name_size),
                     static_cast<std::uint32_t>(text_.size() - begin)});
}

void ComparableUri::Pairs::sort() {
  std::ranges::sort(places_, [this](const Place& a, const Place& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    const auto names = name_at(a) <=> name_at(b);
    return names != 0 ? names < 0 : text_at(a) < text_at(b);
  });
}

std::strong_ordering ComparableUri::Pairs::order(const Pairs& a, std::size_t i, const Pairs& b,
                                                 std::size_t j) {
  const Place &x = a.places_[i], &y = b.places_[j];
  return x.hash != y.hash ? x.hash <=> y.hash : a.name_at(x) <=> b.name_at(y);
}

bool ComparableUri::Pairs::same(const Pairs& a, std::size_t i, const Pairs& b, std::size_t j) {
  const Place &x = a.places_[i], &y = b.places_[j];
  return x.hash == y.hash && x.name == y.name && a.text_at(x) == b.text_at(y);
}

const ComparableUri::Pairs& ComparableUri::params() {
  if (params_) return *params_;
  params_.emplace().reserve(uri_.params.text().size());
  for (const Param& param : uri_.params) params_->add(param.name, param.value, Case::ignored);
  params_->sort();
  return *params_;
}

// How the value of a header is to be compared differs from header to header (§20): octet by octet errs on the
// safe side.
const ComparableUri::Pairs& ComparableUri::headers() {
  if (headers_) return *headers_;
  headers_.emplace().reserve(uri_.headers.size());
  for (std::string_view rest = uri_.headers; !rest.empty();) {
    const auto header = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), header.size() + 1));
    const auto equal = header.find('=');
    headers_->add(header.substr(0, equal), header.substr(equal + 1), Case::matters);
  }
  headers_->sort();
  return *headers_;
}

// §19.1.4: "Any uri-parameter appearing in both URIs must match." "All other uri-parameters appearing in only
// one URI are ignored."
bool ComparableUri::params_match(const Pairs& a, const Pairs& b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    const auto order = Pairs::order(a, i, b, j);
    if (order == 0) {
      if (!Pairs::same(a, i++, b, j++)) return false;
    } else if (must_be_in_both(order < 0 ? a.name(i++) : b.name(j++))) {
      return false;
    }
  }
  while (i < a.size()) {
    if (must_be_in_both(a.name(i++))) return false;
  }
  while (j < b.size()) {
    if (must_be_in_both(b.name(j++))) return false;
  }
  return true;
}

// §19.1.4: "URI header components are never ignored. Any present header component MUST be present in both
// URIs and match for the URIs to match."
bool ComparableUri::headers_match(const Pairs& a, const Pairs& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!Pairs::same(a, i, b, i)) return false;
  }
  return true;
}

}  // namespace flowgate::sip
