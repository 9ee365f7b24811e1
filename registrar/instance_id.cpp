#include "registrar/instance_id.h"

#include <algorithm>
#include <array>

#include "sip/text.h"

namespace flowgate::registrar {
namespace {

constexpr std::string_view urn_scheme = "urn:", uuid_namespace = "urn:uuid:";

constexpr auto is_uuid_char = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view{"0123456789abcdef-"}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool starts_with_nocase(std::string_view text, std::string_view start) {
  return sip::equals_nocase(text.substr(0, start.size()), start);
}

}  // namespace

bool same_urn(std::string_view a, std::string_view b) {
  const auto x = InstanceUrn::parse(a), y = InstanceUrn::parse(b);
  if (!x || !y || x->size() != y->size()) return false;
  for (std::size_t i = 0; i < x->size(); ++i) {
    if ((*x)[i] != (*y)[i]) return false;
  }
  return true;
}

bool is_plain_uuid_urn(std::string_view text) {
  return text.starts_with(uuid_namespace) && text.size() > uuid_namespace.size() &&
         std::ranges::all_of(text.substr(uuid_namespace.size()),
                             [](unsigned char c) { return is_uuid_char[c]; });
}

std::string canonical_instance(std::string_view instance) {
  if (is_plain_uuid_urn(instance)) return std::string{instance};
  const auto urn = InstanceUrn::parse(instance);
  if (!urn) return std::string{instance};
  std::string canonical;
  canonical.reserve(urn->size());
  for (std::size_t i = 0; i < urn->size(); ++i) canonical += (*urn)[i];
  return canonical;
}

// RFC 8141 §2: assigned-name = "urn" ":" NID ":" NSS; namestring = assigned-name [ rq-components ]
//              [ "#" f-component ]; rq-components = [ "?+" r-component ] [ "?=" q-component ]
std::optional<InstanceUrn> InstanceUrn::parse(std::string_view text) {
  if (!starts_with_nocase(text, urn_scheme)) return std::nullopt;
  const std::size_t colon = text.find(':', urn_scheme.size());
  if (colon == text.npos || colon == urn_scheme.size()) return std::nullopt;
  InstanceUrn urn;
  urn.text_ = text.substr(0, std::min({text.find("?+"), text.find("?="), text.find('#')}));
  if (urn.text_.size() <= colon + 1) return std::nullopt;
  urn.nss_ = starts_with_nocase(text, uuid_namespace) ? urn.text_.size() : colon + 1;
  return urn;
}

bool InstanceUrn::has_case(std::size_t i) const {
  if (i < nss_) return false;
  const auto escape_at = [this](std::size_t at) { return at >= nss_ && text_[at] == '%'; };
  return !escape_at(i - 1) && !escape_at(i - 2);
}

char InstanceUrn::operator[](std::size_t i) const {
  return has_case(i) ? text_[i] : sip::lower(text_[i]);
}

}  // namespace flowgate::registrar
