#include "registrar/register_answer.h"

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <optional>
#include <string_view>

#include "sip/writer.h"

namespace flowgate::registrar {
namespace {

// ';' name '=' quoted-string: RFC 5627 §7 and draft-gruu §10 want the URI in quotes. Nothing in it needs a
// backslash: what a URI may hold (RFC 3261 §25.1) has no quotes and no backslashes. `append_uri` says whether
// there is one.
template <class AppendUri>
bool append_quoted(std::string& out, std::string_view name, const AppendUri& append_uri) {
  const std::size_t before = out.size();
  out += ';';
  out += name;
  out += "=\"";
  if (!append_uri()) {
    out.resize(before);
    return false;
  }
  out += '"';
  return true;
}

// Writes the GRUU parameters of one Contact after the other, into one string.
class GruuParams {
 public:
  // Keeps references to all of them.
  GruuParams(const RegisterRequest& request, bool anonymous, EncryptedGruus& encrypted_gruus,
             std::string& out)
      : request_(request), anonymous_(anonymous), encrypted_gruus_(encrypted_gruus), out_(out) {}

  // RFC 5627 §5.2: each Contact with an instance-id that is stored, whoever registered it, when the asking UA
  // understands GRUUs.
  void append(const ListedBinding& binding) {
    if (!request_.gruu || binding.instance.empty()) return;
    if (request_.dialect == Dialect::draft) {
      append_quoted(out_, "gruu", [&] { return append_draft_gruu(binding); });
      return;
    }
    append_quoted(out_, "pub-gruu", [&] {
      append_public_gruu(out_, aor_of(binding), binding.instance);
      return true;
    });
    append_temporary_gruu(binding);
  }

 private:
  // draft-gruu appendix A.2: "Whether or not a GRUU should be constructed with this property is a local
  // policy decision."
  bool append_draft_gruu(const ListedBinding& binding) {
    if (anonymous_) return mint(request_.to, binding.instance, std::nullopt);
    append_legacy_gruu(out_, request_.to, binding.instance);
    return true;
  }
  // "MUST contain the most recently created temporary GRUU for that AOR and instance ID": one for all of its
  // flows.
  void append_temporary_gruu(const ListedBinding& binding) {
    const auto same = [&](const Minted& each) {
      return each.sips == binding.sips && same_instance(each.instance, binding.instance);
    };
    const auto known = std::ranges::find_if(minted_, same);
    if (known != minted_.end()) {
      out_.append(out_, known->begin, known->size);
      return;
    }
    const std::size_t begin = out_.size();
    if (append_quoted(out_, "temp-gruu",
                      [&] { return mint(aor_of(binding), binding.instance, binding.epoch); }))
      minted_.push_back({binding.instance, binding.sips, begin, out_.size() - begin});
  }
  bool mint(const AorUri& uri, std::string_view instance, std::optional<std::uint64_t> epoch) {
    return encrypted_gruus_.append(out_, uri, request_.aor, instance, epoch);
  }
  // RFC 5630 §5.2.1: a SIPS Contact has "the SIPS version of the GRUU", a SIP Contact that of SIP, whatever
  // the To says.
  AorUri aor_of(const ListedBinding& binding) const {
    AorUri uri = request_.to;
    uri.scheme = binding.sips ? "sips:" : "sip:";
    return uri;
  }

  // The parameter, where it stands in `out_`.
  struct Minted {
    std::string_view instance;
    bool sips;
    std::size_t begin, size;
  };
  const RegisterRequest& request_;
  bool anonymous_;
  EncryptedGruus& encrypted_gruus_;
  std::string& out_;
  boost::container::small_vector<Minted, 2> minted_;
};

}  // namespace

Listing::Listing(const Record& record, Instant now, KeptText& kept) {
  for (const Binding& binding : record.bindings) {
    if (binding.expires <= now) continue;
    const auto expires = std::chrono::ceil<std::chrono::seconds>(binding.expires - now);
    bindings_.push_back({kept.keep(binding.contact), kept.keep(binding.instance), binding.epoch,
                         sip::is_sips(binding.uri), expires});
    octets_ += binding.contact.size() + binding.instance.size();
  }
}

Answer write_answer(const RegisterRequest& request, const Listing& listing, const Options& options,
                    EncryptedGruus& encrypted_gruus, std::string_view date) {
  Answer answer{200, {}, {}, {}, request.dialect};
  constexpr std::size_t other_fields = 128, gruus_of_contact = 384;
  answer.fields.reserve(other_fields + request.path.size() + listing.octets() +
                        listing.size() * gruus_of_contact);
  sip::FieldWriter fields{answer.fields};
  GruuParams gruus{request, options.anonymous_gruus, encrypted_gruus, answer.fields};
  for (const ListedBinding& binding : listing) {
    fields.begin("Contact");
    answer.fields += binding.contact;
    (answer.fields += ";expires=") += std::to_string(binding.expires.count());
    gruus.append(binding);
    fields.end();
  }
  if (!request.path.empty()) fields.field("Path", {request.path});
  if (request.require_outbound) answer.fields += "Require: outbound\r\n";
  if (request.require_gruu) answer.fields += "Require: gruu\r\n";
  // RFC 5626 §6: "Registrars with a direct flow with a UA MAY include a Flow-Timer". Behind an edge proxy it
  // is the edge's to send (§5.4).
  const bool timed = request.require_outbound && request.over_flow && options.flow_timer.count() > 0;
  if (timed) ((answer.fields += "Flow-Timer: ") += std::to_string(options.flow_timer.count())) += "\r\n";
  if (request.over_flow && !request.is_query()) {
    answer.keeps_alive = std::chrono::seconds{0};
    for (const RegisterContact& contact : request.contacts)
      if (timed) answer.keeps_alive = std::max(*answer.keeps_alive, contact.expires);
  }
  // belle-sip starts its keepalives when it sees "outbound". RFC 5627 §5.2 has no need of "gruu" here, and
  // would rather not see it; a UA that looks for it before it asks for GRUUs does.
  answer.fields += "Supported: outbound, path, gruu\r\n";
  answer.fields += date;
  return answer;
}

}  // namespace flowgate::registrar
