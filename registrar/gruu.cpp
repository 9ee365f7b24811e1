#include "registrar/gruu.h"

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

void append_with_instance(std::string& out, const sip::Uri& to_uri, std::string_view parameter,
                          std::string_view instance) {
  append_aor(out, to_uri, to_uri.user);
  out += ';';
  out += parameter;
  out += '=';
  if (is_plain_uuid_urn(instance)) {
    out += instance;
  } else {
    append_pvalue(out, without_case(instance));
  }
}

}  // namespace

void append_aor(std::string& out, const sip::Uri& to_uri, std::string_view user) {
  out += to_uri.scheme_text;
  out += ':';
  out += user;
  append_domain(out, to_uri);
}

void append_domain(std::string& out, const sip::Uri& to_uri) {
  out += '@';
  if (to_uri.host_is_v6) out += '[';
  out += to_uri.host;
  if (to_uri.host_is_v6) out += ']';
  if (to_uri.port) (out += ':') += std::to_string(*to_uri.port);
}

void append_public_gruu(std::string& out, const sip::Uri& to_uri, std::string_view instance) {
  append_with_instance(out, to_uri, "gr", instance);
}

std::string public_gruu(const sip::Uri& to_uri, std::string_view instance) {
  std::string gruu;
  append_public_gruu(gruu, to_uri, instance);
  return gruu;
}

std::string legacy_gruu(const sip::Uri& to_uri, std::string_view instance) {
  std::string gruu;
  append_with_instance(gruu, to_uri, "opaque", instance);
  return gruu;
}

std::optional<std::string> gruu_instance(const sip::Uri& uri) {
  if (!uri.is_sip()) return std::nullopt;
  auto value = uri.param("gr");
  if (!value) value = uri.param("opaque");
  if (!value || value->empty()) return std::nullopt;
  return with_case(sip::unescape(*value));
}

bool is_gruu(const sip::Uri& uri) {
  return uri.is_sip() && (uri.params.has("gr") || uri.params.has("opaque") || is_encrypted_gruu(uri));
}

}  // namespace flowgate::registrar
