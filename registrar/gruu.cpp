#include "registrar/gruu.h"

#include <algorithm>

#include "registrar/encrypted_gruu.h"
#include "sip/characters.h"
#include "sip/text.h"

namespace flowgate::registrar {
namespace {

constexpr char capital_mark = '^';

constexpr char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c;
}

// RFC 5627 §5.4: GRUUs of different instance-ids "MUST be different based on URI equality comparison". That
// compares parameter values without case (RFC 3261 §19.1.4), but case matters in most instance-ids. So a
// capital letter that is not the same as the small one becomes '^', which no URN holds, and the small one; a
// '^' becomes two. What does not count in a URN is left out.
std::string without_case(std::string_view instance) {
  const auto urn = InstanceUrn::parse(instance);
  std::string out;
  out.reserve(instance.size());
  for (std::size_t i = 0; i < (urn ? urn->size() : instance.size()); ++i) {
    const char c = instance[i];
    const bool capital = c >= 'A' && c <= 'Z' && (!urn || urn->has_case(i));
    if (capital || c == capital_mark) out += capital_mark;
    out += capital ? sip::lower(c) : c;
  }
  return out;
}

std::string with_case(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool marked = text[i] == capital_mark && i + 1 < text.size();
    out += marked ? upper(text[++i]) : sip::lower(text[i]);
  }
  return out;
}

// pvalue = 1*paramchar; paramchar = param-unreserved / unreserved / escaped (RFC 3261 §25.1).
void append_pvalue(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    if (sip::is(sip::Chars::paramchar, c)) {
      out += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      out += {'%', digits[octet >> 4], digits[octet & 15]};
    }
  }
}

void append_with_instance(std::string& out, const AorUri& aor, std::string_view parameter,
                          std::string_view instance) {
  append_aor(out, aor, aor.user);
  out += parameter;
  if (is_plain_uuid_urn(instance)) {
    out += instance;
  } else {
    append_pvalue(out, without_case(instance));
  }
}

}  // namespace

AorUri AorUri::of(const sip::Uri& uri) {
  const auto host = static_cast<std::size_t>(uri.host.data() - uri.text.data());
  const std::size_t begin = host - (uri.host_is_v6 ? 2 : 1);
  std::size_t end = host + uri.host.size();
  while (end < uri.text.size() && uri.text[end] != ';' && uri.text[end] != '?') ++end;
  return {uri.text.substr(0, uri.scheme_text.size() + 1), uri.user, uri.text.substr(begin, end - begin)};
}

void append_aor(std::string& out, const AorUri& aor, std::string_view user) {
  out += aor.scheme;
  out += user;
  out += aor.domain;
}

void append_aor(std::string& out, const sip::Uri& aor) {
  append_aor(out, AorUri::of(aor), aor.user);
}

void append_public_gruu(std::string& out, const AorUri& aor, std::string_view instance) {
  append_with_instance(out, aor, ";gr=", instance);
}

void append_legacy_gruu(std::string& out, const AorUri& aor, std::string_view instance) {
  append_with_instance(out, aor, ";opaque=", instance);
}

std::string public_gruu(const sip::Uri& aor, std::string_view instance) {
  std::string gruu;
  append_public_gruu(gruu, AorUri::of(aor), instance);
  return gruu;
}

std::string legacy_gruu(const sip::Uri& aor, std::string_view instance) {
  std::string gruu;
  append_legacy_gruu(gruu, AorUri::of(aor), instance);
  return gruu;
}

std::optional<std::string> gruu_instance(const sip::Uri& uri) {
  if (!uri.is_sip()) return std::nullopt;
  auto value = uri.param("gr");
  if (!value) value = uri.param("opaque");
  if (!value || value->empty()) return std::nullopt;
  if (is_plain_uuid_urn(*value)) return std::string{*value};
  return with_case(sip::unescape(*value));
}

bool is_gruu(const sip::Uri& uri) {
  return uri.is_sip() && (uri.params.has("gr") || uri.params.has("opaque") || is_encrypted_gruu(uri));
}

}  // namespace flowgate::registrar
