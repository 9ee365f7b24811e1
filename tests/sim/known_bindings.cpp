#include "sim/known_bindings.h"

namespace flowgate::sim {
namespace {

constexpr std::string_view domain = "example.com";

std::string instance_in(std::string_view contact) {
  std::string_view value = param_in(contact, "+sip.instance");
  if (value.size() > 2) value = value.substr(1, value.size() - 2);
  return std::string(value);
}

unsigned reg_id_in(std::string_view contact) {
  const std::string_view reg_id = param_in(contact, "reg-id");
  return number_in(reg_id.empty() ? param_in(contact, "flow-id") : reg_id);
}

// "1", "0.5"
unsigned q_milli_in(std::string_view contact) {
  const std::string_view q = param_in(contact, "q");
  if (q.empty() || q.front() == '1') return 1000;
  std::string digits(q.substr(std::min<std::size_t>(2, q.size())));
  digits.resize(3, '0');
  return number_in(digits);
}

std::string_view sent_by(const Packet& packet) {
  std::string_view via = packet.header("Via");
  via.remove_prefix(std::min(via.size(), via.find(' ') + 1));
  return via.substr(0, via.find(';'));
}

}  // namespace

// Along a Path by its token. RFC 5627 §6.1: a request in a dialog may come to its edge by its own Route set
// instead, and then begins with the side of the edge that no token is for.
bool KnownBinding::leads_to(const Flow& to, const Packet& sent) const {
  if (by_flow) return to == flow;
  if (path.empty()) return to.remote.text() == host_port_in(uri);
  const std::string_view route = uri_in(sent.header("Route"));
  return to.remote.text() == host_port_in(path) && host_port_in(route) == host_port_in(path) &&
         (route == path || user_in(route).empty());
}

KnownBindings::Key KnownBindings::key_of(const KnownBinding& binding) {
  return {binding.user, binding.reg_id != 0 ? binding.instance : binding.uri, binding.reg_id};
}

void KnownBindings::arriving(const Flow&, const Packet& packet) {
  if (!is_registrar_ || !packet.is_request() || packet.method() != "REGISTER") return;
  if (!answered_.contains(packet.top_branch()))
    waiting_.insert_or_assign(std::string(packet.top_branch()), packet);
}

void KnownBindings::sent(const Flow& flow, const Packet& packet, bool) {
  if (packet.is_request() || packet.method() != "REGISTER" || !packet.is_final()) return;
  const auto request = waiting_.extract(std::string(packet.top_branch()));
  if (request.empty()) return;
  answered_.insert(request.key());
  if (packet.status() != 200) return;
  apply(request.mapped(), packet, flow);
  learn_temporary_gruus(request.mapped(), packet);
}

void KnownBindings::apply(const Packet& request, const Packet& answer, const Flow& flow) {
  const std::string_view contact = request.header("Contact");
  KnownBinding binding;
  binding.user = user_in(uri_in(request.header("To")));
  binding.uri = uri_in(contact);
  binding.instance = instance_in(contact);
  binding.reg_id = reg_id_in(contact);
  binding.flow = flow;
  binding.q_milli = q_milli_in(contact);
  // RFC 5626 §7: the same logical flow; for others wherever only the flow can lead to.
  binding.path = uri_in(request.header("Path"));
  const bool only_by_flow =
      binding.reg_id != 0 || is_stream(flow.protocol) || sent_by(request) != flow.remote.text();
  binding.by_flow = binding.path.empty() && only_by_flow;
  binding.draft = has_param(contact, "flow-id");
  if (binding.instance.empty()) binding.instance = binding.uri;
  binding.updated = agenda_.now();
  const Key key = key_of(binding);
  bindings_.erase(key);
  for (const std::string_view listed : answer.all("Contact")) {
    const bool same = uri_in(listed) == binding.uri && reg_id_in(listed) == binding.reg_id &&
                      instance_in(listed) == instance_in(contact);
    if (!same) continue;
    binding.expires = agenda_.now() + std::chrono::seconds{number_in(param_in(listed, "expires"))};
    bindings_[key] = binding;
  }
}

void KnownBindings::learn_temporary_gruus(const Packet& request, const Packet& answer) {
  for (const std::string_view listed : answer.all("Contact")) {
    const std::string_view gruu = param_in(listed, "temp-gruu");
    if (gruu.empty()) continue;
    temporary_[std::string(user_in(gruu))] = {std::string(user_in(uri_in(request.header("To")))),
                                              instance_in(listed)};
  }
}

void KnownBindings::flow_closed(const Flow& flow) {
  std::erase_if(bindings_,
                [&](const auto& entry) { return entry.second.flow == flow && entry.second.path.empty(); });
}

void KnownBindings::host_crashed() {
  bindings_.clear();
  waiting_.clear();
  answered_.clear();
}

bool KnownBindings::is_located(std::string_view uri) {
  return host_port_in(uri) == domain && !user_in(uri).empty();
}

bool KnownBindings::is_temporary(std::string_view uri) {
  return user_in(uri).starts_with("tgruu.");
}

bool KnownBindings::is_gruu(std::string_view uri) {
  return is_located(uri) && (has_param(uri, "gr") || has_param(uri, "opaque"));
}

std::vector<KnownBinding> KnownBindings::of(std::string_view uri) const {
  std::string_view user = user_in(uri), instance = param_in(uri, "gr");
  if (instance.empty()) instance = param_in(uri, "opaque");
  if (is_temporary(uri)) {
    const auto meant = temporary_.find(user);
    if (meant == temporary_.end()) return {};
    user = meant->second.user;
    instance = meant->second.instance;
  }
  std::vector<KnownBinding> found;
  for (const auto& [key, binding] : bindings_) {
    if (binding.user == user && binding.expires > agenda_.now() &&
        (instance.empty() || binding.instance == instance)) {
      found.push_back(binding);
    }
  }
  return found;
}

const KnownBinding* KnownBindings::meant_by(const Flow& flow, const Packet& sent) const {
  for (const auto& [key, binding] : bindings_) {
    if (binding.leads_to(flow, sent)) return &binding;
  }
  return nullptr;
}

const KnownBinding* KnownBindings::sibling(const Flow& flow, const Packet& sent) const {
  const KnownBinding* const meant = meant_by(flow, sent);
  if (meant == nullptr) return nullptr;
  for (const auto& [key, other] : bindings_) {
    const bool elsewhere = meant->path.empty() ? other.flow != flow : other.path != meant->path;
    if (other.instance == meant->instance && elsewhere && other.expires > agenda_.now()) return &other;
  }
  return nullptr;
}

void KnownBindings::doubt(const KnownBinding& binding) {
  const auto found = bindings_.find(key_of(binding));
  if (found != bindings_.end() && found->second.updated == binding.updated) found->second.doubtful = true;
}

}  // namespace flowgate::sim
