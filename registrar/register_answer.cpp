#include "registrar/register_answer.h"

#include <algorithm>
#include <string_view>

#include "sip/writer.h"

namespace flowgate::registrar {
namespace {

// ';' name '=' quoted-string: RFC 5627 §7 and draft-gruu §10 want the URI in quotes.
void append_quoted(std::string& out, std::string_view name, std::string_view uri) {
  out += ';';
  out += name;
  out += "=\"";
  for (;;) {
    const std::size_t special = std::min({uri.find('"'), uri.find('\\'), uri.size()});
    out += uri.substr(0, special);
    if (special == uri.size()) break;
    out += {'\\', uri[special]};
    uri.remove_prefix(special + 1);
  }
  out += '"';
}

// Writes the GRUU parameters of one Contact after the other.
class GruuParams {
 public:
  // Keeps references to all of them.
  GruuParams(const RegisterRequest& request, const sip::Uri& to_uri, bool anonymous,
             EncryptedGruus& encrypted_gruus)
      : request_(request), to_uri_(to_uri), anonymous_(anonymous), encrypted_gruus_(encrypted_gruus) {}

  // RFC 5627 §5.2: each Contact with an instance-id that is stored, whoever registered it, when the asking UA
  // understands GRUUs.
  std::string of(const ListedBinding& binding) {
    std::string params;
    if (!request_.gruu || binding.instance.empty()) return params;
    params.reserve(320);
    if (request_.dialect == Dialect::draft) {
      const std::string gruu = draft_gruu(binding);
      if (!gruu.empty()) append_quoted(params, "gruu", gruu);
      return params;
    }
    append_quoted(params, "pub-gruu", public_gruu(to_uri_, binding.instance));
    const std::string& temporary = temporary_gruu(binding);
    if (!temporary.empty()) append_quoted(params, "temp-gruu", temporary);
    return params;
  }

 private:
  // draft-gruu appendix A.2: "Whether or not a GRUU should be constructed with this property is a local
  // policy decision."
  std::string draft_gruu(const ListedBinding& binding) {
    if (!anonymous_) return legacy_gruu(to_uri_, binding.instance);
    return encrypted_gruus_.mint(to_uri_, {request_.aor, binding.instance, std::nullopt});
  }
  // "MUST contain the most recently created temporary GRUU for that AOR and instance ID": one for all of its
  // flows.
  const std::string& temporary_gruu(const ListedBinding& binding) {
    const auto same = [&](const Minted& each) { return same_instance(each.instance, binding.instance); };
    const auto known = std::ranges::find_if(minted_, same);
    if (known != minted_.end()) return known->uri;
    std::string uri = encrypted_gruus_.mint(to_uri_, {request_.aor, binding.instance, binding.epoch});
    return minted_.emplace_back(Minted{binding.instance, std::move(uri)}).uri;
  }

  struct Minted {
    std::string_view instance;
    std::string uri;
  };
  const RegisterRequest& request_;
  const sip::Uri& to_uri_;
  bool anonymous_;
  EncryptedGruus& encrypted_gruus_;
  std::vector<Minted> minted_;
};

}  // namespace

Listing list(const Record& record, Instant now) {
  Listing listing;
  for (const Binding& binding : record.bindings) {
    if (binding.expires <= now) continue;
    const auto expires = std::chrono::ceil<std::chrono::seconds>(binding.expires - now);
    listing.push_back({binding.contact, binding.instance, binding.epoch, expires});
  }
  return listing;
}

Answer write_answer(const RegisterRequest& request, const Listing& listing, const Options& options,
                    EncryptedGruus& encrypted_gruus) {
  Answer answer{200, {}, {}, {}, request.dialect};
  constexpr std::size_t other_fields = 128, gruus_of_contact = 384;
  std::size_t octets = other_fields + request.path.size();
  for (const ListedBinding& binding : listing) octets += binding.contact.size() + gruus_of_contact;
  answer.fields.reserve(octets);
  sip::FieldWriter fields{answer.fields};
  const auto to_uri = sip::Uri::parse(request.to_uri, options.limits);
  GruuParams gruus{request, *to_uri, options.anonymous_gruus, encrypted_gruus};
  for (const ListedBinding& binding : listing) {
    const std::string expires = std::to_string(binding.expires.count());
    fields.field("Contact", {binding.contact, ";expires=", expires, gruus.of(binding)});
  }
  if (!request.path.empty()) fields.field("Path", {request.path});
  if (request.require_outbound) fields.field("Require", {"outbound"});
  if (request.require_gruu) fields.field("Require", {"gruu"});
  // RFC 5626 §6: "Registrars with a direct flow with a UA MAY include a Flow-Timer". Behind an edge proxy it
  // is the edge's to send (§5.4).
  if (request.require_outbound && request.over_flow && options.flow_timer.count() > 0) {
    fields.field("Flow-Timer", {std::to_string(options.flow_timer.count())});
    for (const ListedBinding& binding : listing)
      answer.keeps_alive = std::max(answer.keeps_alive, binding.expires);
  }
  // belle-sip starts its keepalives when it sees "outbound". RFC 5627 §5.2 has no need of "gruu" here, and
  // would rather not see it; a UA that looks for it before it asks for GRUUs does.
  fields.field("Supported", {"outbound, path, gruu"});
  return answer;
}

}  // namespace flowgate::registrar
