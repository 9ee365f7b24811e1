#include "registrar/gruu.h"

#include <algorithm>

#include "sip/text.h"

namespace flowgate::registrar {
namespace {

// pvalue = 1*paramchar; paramchar = param-unreserved / unreserved / escaped (RFC 3261 §25.1).
bool is_paramchar(char c) {
  const bool alphanumeric = (c >= '0' && c <= '9') || (sip::lower(c) >= 'a' && sip::lower(c) <= 'z');
  return alphanumeric || std::string_view{"-_.!~*'()[]/:&+$"}.find(c) != std::string_view::npos;
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_paramchar(c)) {
      out += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      out += {'%', digits[octet >> 4], digits[octet & 15]};
    }
  }
}

std::string with_instance(const sip::Uri& to_uri, std::string_view parameter, std::string_view instance) {
  std::string gruu;
  append_aor(gruu, to_uri, to_uri.user);
  gruu += ';';
  gruu += parameter;
  gruu += '=';
  append_escaped(gruu, instance);
  return gruu;
}

}  // namespace

void append_aor(std::string& out, const sip::Uri& to_uri, std::string_view user) {
  out += to_uri.scheme_text;
  out += ':';
  out += user;
  out += '@';
  if (to_uri.host_is_v6) out += '[';
  out += to_uri.host;
  if (to_uri.host_is_v6) out += ']';
  if (to_uri.port) (out += ':') += std::to_string(*to_uri.port);
}

std::string public_gruu(const sip::Uri& to_uri, std::string_view instance) {
  return with_instance(to_uri, "gr", instance);
}

std::string legacy_gruu(const sip::Uri& to_uri, std::string_view instance) {
  return with_instance(to_uri, "opaque", instance);
}

std::optional<std::string> gruu_instance(const sip::Uri& uri) {
  if (!uri.is_sip()) return std::nullopt;
  for (const std::string_view parameter : {"gr", "opaque"}) {
    const auto value = uri.param(parameter);
    if (value && !value->empty()) return sip::unescape(*value);
  }
  return std::nullopt;
}

bool same_instance(std::string_view a, std::string_view b) {
  constexpr std::string_view urn = "urn:", uuid = "urn:uuid:";
  if (a == b) return true;
  if (a.size() != b.size() || !sip::equals_nocase(a.substr(0, urn.size()), urn)) return false;
  if (sip::equals_nocase(a.substr(0, uuid.size()), uuid)) return sip::equals_nocase(a, b);
  // assigned-name = "urn" ":" NID ":" NSS
  const std::size_t nss = a.find(':', urn.size());
  if (nss == a.npos) return false;
  return sip::equals_nocase(a.substr(0, nss + 1), b.substr(0, nss + 1)) && a.substr(nss) == b.substr(nss);
}

}  // namespace flowgate::registrar
