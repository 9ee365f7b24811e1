#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <string>
#include <utility>

#include "sip/escapes.h"
#include "sip/host.h"
#include "sip/uri.h"

namespace flowgate::sip {

namespace {

// The user part and the password with the ':' between them.
std::string_view userinfo(const Uri& uri) {
  const std::string_view last = uri.password.data() ? uri.password : uri.user;
  return {uri.user.data(), static_cast<std::size_t>(last.data() + last.size() - uri.user.data())};
}

// Names and values, in one spelling and sorted, so that two hostile URIs are compared in one walk along both.
using Pairs = boost::container::small_vector<std::pair<std::string, std::string>, 8>;

Pairs params_of(const Uri& uri) {
  Pairs pairs;
  for (const Param& param : uri.params) {
    pairs.emplace_back(canonical(param.name, Case::ignored), canonical(param.value, Case::ignored));
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

// How the value of a header is to be compared differs from header to header (§20): octet by octet errs on the
// safe side.
Pairs headers_of(const Uri& uri) {
  Pairs pairs;
  for (std::string_view rest = uri.headers; !rest.empty();) {
    const auto header = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), header.size() + 1));
    const auto equal = header.find('=');
    pairs.emplace_back(canonical(header.substr(0, equal), Case::ignored),
                       canonical(header.substr(equal + 1), Case::matters));
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

// §19.1.4: "A user, ttl, or method uri-parameter appearing in only one URI never matches, even if it contains
// the default value. A URI that includes an maddr parameter will not match a URI that contains no maddr
// parameter." The same goes for transport, by the example of "sip:bob@biloxi.com;transport=udp".
bool must_be_in_both(std::string_view name) {
  return name == "user" || name == "ttl" || name == "method" || name == "maddr" || name == "transport";
}

// §19.1.4: "Any uri-parameter appearing in both URIs must match." "All other uri-parameters appearing in only
// one URI are ignored."
bool params_match(const Pairs& a, const Pairs& b) {
  auto x = a.begin();
  auto y = b.begin();
  while (x != a.end() || y != b.end()) {
    if (y == b.end() || (x != a.end() && x->first < y->first)) {
      if (must_be_in_both((x++)->first)) return false;
    } else if (x == a.end() || y->first < x->first) {
      if (must_be_in_both((y++)->first)) return false;
    } else if ((x++)->second != (y++)->second) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool equivalent(const Uri& a, const Uri& b) {
  if (a.text == b.text) return true;
  if (!a.is_sip() || a.scheme != b.scheme) return false;
  if (a.port != b.port || !same_host({a.host, a.host_is_v6}, {b.host, b.host_is_v6})) return false;
  if (a.has_user != b.has_user || !same_unescaped(userinfo(a), userinfo(b), Case::matters)) return false;
  // §19.1.4: "URI header components are never ignored. Any present header component MUST be present in both
  // URIs and match for the URIs to match."
  return params_match(params_of(a), params_of(b)) && headers_of(a) == headers_of(b);
}

}  // namespace flowgate::sip
