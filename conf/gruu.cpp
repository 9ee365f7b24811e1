#include "conf/gruu.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sip/escapes.h"
#include "sip/text.h"
#include "sip/uri.h"

namespace flowgate::conf {

namespace {

constexpr std::string_view gruu_form = "a GRUU, such as \"sip:voicemail@example.com;gr=urn:uuid:...\"";
constexpr std::string_view contact_form = "a SIP URI, such as \"sip:vm@192.0.2.1:5070\", or self";

bool is_in(const std::vector<std::string>& domains, const sip::Uri& uri) {
  return std::ranges::any_of(domains,
                             [&](const std::string& domain) { return sip::equals_nocase(domain, uri.host); });
}

bool has_one_param(const sip::Uri& uri) {
  auto param = uri.params.begin();
  return param != uri.params.end() && ++param == uri.params.end();
}

// Draft §9, RFC 5627 §3.1.1: without its parameter the GRUU is the AOR.
void check_gruu(const Value& value, const sip::Uri& uri, const std::vector<std::string>& domains) {
  const auto opaque = uri.param("opaque");
  if (!is_in(domains, uri)) value.refuse(in_quotes(uri.host) + " is none of the domains");
  if (!uri.has_user) value.refuse("expected a user part in " + in_quotes(uri.text));
  if (uri.port || uri.password.data() || !uri.headers.empty())
    value.refuse("expected neither port nor password nor headers in " + in_quotes(uri.text));
  if (!has_one_param(uri) || (!uri.params.has("gr") && !opaque))
    value.refuse("expected one parameter, gr or opaque, in " + in_quotes(uri.text));
  if (opaque && opaque->empty()) value.refuse("expected opaque with a value in " + in_quotes(uri.text));
}

// RFC 3261 §19.1.4. Scheme aside: "both the SIP and SIPS versions MUST exist" (draft §6).
std::string spelling_of(const sip::Uri& uri) {
  const sip::Param param = *uri.params.begin();
  return fmt::format("{}@{};{}={}", sip::unescape(uri.user), sip::to_lower(uri.host),
                     sip::canonical(param.name, sip::Case::ignored),
                     sip::canonical(param.value, sip::Case::ignored));
}

std::string read_contact(const Value& value, const std::vector<std::string>& domains) {
  const std::string& text = value.text(contact_form);
  if (text == "self") return {};
  const auto uri = sip::Uri::parse(text);
  if (!uri || !uri->is_sip()) value.expected(contact_form);
  if (!uri->headers.empty()) value.refuse("expected no headers in " + in_quotes(text));
  if (is_in(domains, *uri))
    value.refuse(in_quotes(text) + " is in one of the domains: it would lead here again");
  return text;
}

std::vector<AdministrativeGruu> read_administrative(const Section& section,
                                                    const std::vector<std::string>& domains) {
  const auto mapping = section.find("administrative");
  if (!mapping) return {};
  if (mapping->node().kind != Node::Kind::mapping) mapping->expected("a mapping of GRUUs to contacts");
  std::vector<AdministrativeGruu> gruus;
  std::set<std::string> seen;
  const std::vector<Node>& items = mapping->node().items;
  for (std::size_t i = 0; i < items.size(); i += 2) {
    const Value key(items[i], mapping->name());
    const std::string& text = key.text(gruu_form);
    const auto uri = sip::Uri::parse(text);
    if (!uri || !uri->is_sip()) key.expected(gruu_form);
    check_gruu(key, *uri, domains);
    if (!seen.insert(spelling_of(*uri)).second) key.refuse(in_quotes(text) + " stands twice");
    gruus.push_back({text, read_contact(Value(items[i + 1], mapping->name()), domains)});
  }
  return gruus;
}

}  // namespace

Gruu read_gruu(const Section& top, const std::vector<std::string>& domains) {
  const Section section = top.section("gruu", {"anonymous_for_draft", "administrative"});
  Gruu gruu;
  gruu.anonymous_for_draft = section.flag("anonymous_for_draft", false);
  gruu.administrative = read_administrative(section, domains);
  return gruu;
}

}  // namespace flowgate::conf
