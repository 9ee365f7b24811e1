#include "registrar/registrar.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "registrar/binding_rules.h"
#include "registrar/register_answer.h"
#include "registrar/register_request.h"
#include "registrar/targeting.h"
#include "sip/address.h"
#include "sip/value.h"
#include "sip/writer.h"

namespace flowgate::registrar {
namespace {

// Shows the record to `look`, then calls `then` with its outcome, once the store has let go of the record:
// `then` may call the location service again.
template <class Outcome>
void lookup(LocationService& location, std::string_view aor, std::function<Outcome(const Record&)> look,
            std::function<void(Outcome)> then) {
  struct State {
    Outcome outcome;
    bool seen = false, returned = false;
  };
  auto state = std::make_shared<State>();
  location.lookup(aor, [state, look = std::move(look), then](const Record& record) {
    state->outcome = look(record);
    state->seen = true;
    if (state->returned) then(std::move(state->outcome));
  });
  state->returned = true;
  if (state->seen) then(std::move(state->outcome));
}

Answer refusal(Applied applied) {
  if (applied == Applied::too_many) return {403, "Too Many Bindings", {}};
  return {500, "CSeq Out Of Order", {}};
}

// RFC 3261 §21.5.4: the store cannot keep it now, and may be able to soon.
Answer unavailable() {
  Answer answer{503, {}, {}, {}};
  sip::FieldWriter(answer.fields).field("Retry-After", {"10"});
  return answer;
}

// The binding that the target was made of, and not refreshed since.
bool is_binding_of(const Target& target, const Binding& binding) {
  if (binding.flow != target.flow || binding.updated != target.updated ||
      binding.outbound != target.outbound) {
    return false;
  }
  if (!target.outbound) return binding.uri == target.contact_uri;
  return binding.reg_id == target.reg_id && same_instance(binding.instance, target.instance);
}

bool begins_at(std::string_view path, const Endpoint& address) {
  const auto first = sip::Address::parse(sip::cut_value(path));
  const auto host = first ? Endpoint::from(first->uri.host, 0) : std::nullopt;
  return host && host->same_address(address);
}

}  // namespace

Registrar::Registrar(const Options& options, const Domains& domains, LocationService& location,
                     EncryptedGruus gruus, Random random)
    : options_(options),
      domains_(domains),
      location_(location),
      gruus_(std::move(gruus)),
      administrative_gruus_(options.administrative_gruus, domains),
      random_(std::move(random)) {}

void Registrar::process(const sip::Message& message, const Flow& flow, Instant now,
                        std::function<void(const Answer&)> done) {
  auto read = read_register(message, flow, options_, domains_);
  if (!read) return done(read.error());

  struct State {
    RegisterRequest request;
    std::uint64_t fresh_epoch = 0;
    Applied applied = Applied::all;
    Listing listing;
  };
  auto state = std::make_shared<State>();
  state->request = std::move(*read);
  const std::string& aor = state->request.aor;

  if (state->request.is_query()) {
    lookup<Listing>(
        location_, aor, [now](const Record& record) { return list(record, now); },
        [this, state, done = std::move(done)](const Listing& listing) {
          done(write_answer(state->request, listing, options_, gruus_));
        });
    return;
  }
  state->fresh_epoch = random_();
  if (options_.route) state->request.route = options_.route(flow, state->request.dialect);
  location_.update(
      aor,
      [state, now, max_bindings = options_.max_bindings](Record& record) {
        state->applied = apply(state->request, now, state->fresh_epoch, max_bindings, record);
        state->listing = list(record, now);
      },
      [this, state, done = std::move(done)](boost::system::error_code error) {
        if (error) return done(unavailable());
        if (state->applied != Applied::all) return done(refusal(state->applied));
        done(write_answer(state->request, state->listing, options_, gruus_));
      });
}

bool Registrar::serves(const sip::Uri& request_uri) const {
  const std::string* contact = administrative_gruus_.contact(request_uri);
  return contact != nullptr && contact->empty();
}

void Registrar::locate(const sip::Uri& request_uri, Instant now, std::function<void(Located)> done) {
  if (const std::string* contact = administrative_gruus_.contact(request_uri)) {
    return done(select_target(*contact, request_uri, domains_));
  }
  auto sought = read_request_uri(request_uri, domains_, gruus_, administrative_gruus_);
  if (!sought) return done({sought.error(), false, {}});
  const std::string aor = sought->aor;
  lookup<Located>(
      location_, aor,
      [sought = std::move(*sought), now](const Record& record) {
        return select_targets(sought, record, now);
      },
      std::move(done));
}

void Registrar::registered_along(const sip::Uri& from, const Flow& flow, Instant now,
                                 std::function<void(bool)> done) {
  const auto aor = from.is_sip() ? domains_.aor(from) : std::nullopt;
  if (!aor) return done(false);
  lookup<bool>(
      location_, *aor,
      [flow, now](const Record& record) {
        return std::ranges::any_of(record.bindings, [&](const Binding& binding) {
          return binding.expires > now && begins_at(binding.path, flow.remote);
        });
      },
      std::move(done));
}

void Registrar::remove(const Target& target) {
  location_.remove_dead(target.aor,
                        [target](const Binding& binding) { return is_binding_of(target, binding); });
}

void Registrar::remove_flow(const Flow& flow) {
  location_.remove_flow(flow);
}

}  // namespace flowgate::registrar
