// Instance-ids: the URN that a UA instance has in +sip.instance (RFC 5626 §4.1, draft-gruu §7.1.1.1).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace flowgate::registrar {

// Are both URNs, and the same, however they are spelt?
bool same_urn(std::string_view a, std::string_view b);

// draft-gruu §7.1.1.1, RFC 5626 §4.1: "equality comparisons are performed using the rules for URN equality
// specific to the scheme in the URN. If the element performing the comparisons does not understand the URN
// scheme, it performs the comparisons using the lexical equality rules defined in RFC 2141."
//   a UUID (RFC 4122 §3)      without case
//   any other (RFC 2141 §5)   "urn", the namespace and the digits of %-escapes without case, the rest with it
//   RFC 8141 §3.1             what begins with "?+", "?=" or "#" does not count
// What is no URN is compared octet by octet.
inline bool same_instance(std::string_view a, std::string_view b) {
  return a == b || same_urn(a, b);
}
// One spelling for all that are the same.
// "urn:uuid:" and lower-case digits: what nearly all instance-ids are, and no case to mind.
bool is_plain_uuid_urn(std::string_view instance);
std::string canonical_instance(std::string_view instance);

// A URN, as far as it counts, and where its case does.
class InstanceUrn {
 public:
  static std::optional<InstanceUrn> parse(std::string_view text);

  std::size_t size() const { return text_.size(); }
  // Does a capital letter at this place mean another than the small one?
  bool has_case(std::size_t i) const;
  // The octet at this place of the canonical spelling.
  char operator[](std::size_t i) const;

 private:
  std::string_view text_;
  std::size_t nss_ = 0;  // where the namespace-specific string begins; text_.size() for a UUID
};

}  // namespace flowgate::registrar
