#include "registrar/targeting.h"

#include <algorithm>

#include "registrar/binding_rules.h"
#include "sip/text.h"

namespace flowgate::registrar {
namespace {

// A Contact may have any scheme (RFC 3261 §10.2.1), a target needs one that we can send to.
bool is_sip(std::string_view uri) {
  return sip::equals_nocase(uri.substr(0, 4), "sip:") || sip::is_sips(uri);
}

Target target_of(const Binding& binding, const Sought& sought) {
  Target target;
  target.uri = request_uri_of(binding.uri, sought.grid);
  target.path = binding.path;
  target.flow = binding.flow;
  target.by_flow = binding.by_flow;
  // Only the node that has the flow can send down it.
  if (binding.by_flow && !binding.node.empty()) {
    target.by_flow = false;
    target.node = binding.node;
    target.path = binding.route;
  }
  target.dialect = binding.dialect;
  target.instance = binding.instance;
  target.reg_id = binding.reg_id;
  target.outbound = binding.outbound;
  target.q_milli = binding.q_milli;
  target.updated = binding.updated;
  target.aor = sought.aor;
  target.contact_uri = binding.uri;
  return target;
}

// The whole parameter; empty when there is none.
std::string grid_of(const sip::Uri& uri) {
  for (const sip::Param& param : uri.params) {
    if (sip::equals_nocase(param.name, "grid")) return std::string{param.whole};
  }
  return {};
}

// RFC 5627 §5.1, §5.3: a temporary GRUU is valid as long as a binding of the instance carries its epoch.
bool is_valid(const Sought& sought, const Record& record, Instant now) {
  return !sought.epoch || std::ranges::any_of(record.bindings, [&](const Binding& binding) {
    return binding.expires > now && binding.epoch == *sought.epoch &&
           same_instance(binding.instance, sought.instance);
  });
}

bool goes_first(const Target& a, const Target& b) {
  if (a.q_milli != b.q_milli) return a.q_milli > b.q_milli;
  if (a.updated != b.updated) return a.updated > b.updated;
  return a.reg_id < b.reg_id;
}

}  // namespace

std::string request_uri_of(std::string_view contact, std::string_view grid) {
  const auto uri = sip::Uri::parse(contact);
  if (!uri) return std::string(contact);
  const std::string_view text = uri->text;
  const std::size_t end =
      uri->headers.data() ? static_cast<std::size_t>(uri->headers.data() - text.data()) - 1 : text.size();
  std::string out;
  std::size_t copied = 0;
  bool placed = grid.empty();
  for (const sip::Param& param : uri->params) {
    const bool replaced = !grid.empty() && sip::equals_nocase(param.name, "grid");
    if (!replaced && !sip::equals_nocase(param.name, "method")) continue;
    const auto semicolon = static_cast<std::size_t>(param.whole.data() - text.data()) - 1;
    out += text.substr(copied, semicolon - copied);
    copied = semicolon + 1 + param.whole.size();
    if (replaced && !placed) (out += ';') += grid;
    placed = placed || replaced;
  }
  out += text.substr(copied, end - copied);
  if (!placed) (out += ';') += grid;
  return out;
}

boost::system::result<Sought, int> read_request_uri(const sip::Uri& uri, const Domains& domains,
                                                    EncryptedGruus& encrypted_gruus,
                                                    const AdministrativeGruus& administrative_gruus) {
  Sought sought;
  if (auto encrypted = encrypted_gruus.open(uri)) {
    sought.aor = std::move(encrypted->aor);
    sought.instance = std::move(encrypted->instance);
    sought.epoch = encrypted->epoch;
    sought.gruu = true;
  } else if (auto aor = domains.aor(uri)) {
    sought.aor = std::move(*aor);
    auto instance = gruu_instance(uri);
    // RFC 5627 §6.1: with "gr", but no valid GRUU: "it SHOULD be rejected with a 404".
    if (!instance && uri.params.has("gr")) return 404;
    sought.gruu = instance.has_value();
    if (instance) sought.instance = std::move(*instance);
    // RFC 5626 §4.1: an instance-id is a URN. The draft's opaque may hold anything (§9).
    sought.never_registered = uri.params.has("gr") && !InstanceUrn::parse(sought.instance);
  } else {
    return 404;
  }
  // draft-gruu §8.4.1: "a GRUU for an AOR that is unknown within the domain": 404.
  if (!domains.has_user(sought.aor) && !administrative_gruus.has_aor(sought.aor)) return 404;
  if (sought.gruu) sought.grid = grid_of(uri);
  return sought;
}

Located select_targets(const Sought& sought, const Record& record, Instant now) {
  Located located;
  located.gruu = sought.gruu;
  if (!is_valid(sought, record, now)) {
    located.status = 404;
    return located;
  }
  for (const Binding& binding : record.bindings) {
    if (binding.expires <= now || !is_sip(binding.uri)) continue;
    if (sought.gruu && !same_instance(binding.instance, sought.instance)) continue;
    Target& target = located.targets.emplace_back(target_of(binding, sought));
    // Behind the instance's newest binding, whatever they say of q: tried when that one has failed.
    if (is_superseded(binding, record, now)) target.q_milli = 0;
  }
  // RFC 5627 §6.1: "If there are no registered contacts bound to the GRUU, the server MUST return a 480".
  if (located.targets.empty()) located.status = sought.never_registered ? 404 : 480;
  std::ranges::sort(located.targets, goes_first);
  return located;
}

// draft-gruu §7.2: "The proxy serving the domain is configured with the GRUU, and with the contact it should
// be translated to."
Located select_target(const std::string& contact, const sip::Uri& gruu, const Domains& domains) {
  Located located;
  located.gruu = true;
  if (contact.empty()) {
    located.status = 404;
    return located;
  }
  Target& target = located.targets.emplace_back();
  target.uri = request_uri_of(contact, grid_of(gruu));
  target.contact_uri = contact;
  target.aor = domains.aor(gruu).value_or("");
  target.configured = true;
  return located;
}

}  // namespace flowgate::registrar
