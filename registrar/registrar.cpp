#include "registrar/registrar.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <type_traits>
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

// Shows the record to `look`, then calls `then` with its outcome: that may call the location service again.
template <class Look, class Then>
void lookup(LocationService& location, std::string_view aor, Look look, Then then) {
  class Outcome final : public Lookup {
   public:
    Outcome(Look&& look, Then&& then) : look_(std::move(look)), then_(std::move(then)) {}
    void visit(const Record& record) override { outcome_ = look_(record); }
    void done() override { then_(std::move(outcome_)); }

   private:
    Look look_;
    Then then_;
    std::invoke_result_t<Look, const Record&> outcome_{};
  };
  location.submit(aor, std::make_unique<Outcome>(std::move(look), std::move(then)));
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

// A REGISTER that changes bindings, from where it is understood to where it is answered.
class Registration final : public Update {
 public:
  using Done = std::function<void(const Answer&)>;
  // All references must outlive it.
  Registration(Instant now, const Options& options, const LocationService& location, EncryptedGruus& gruus,
               DateField& date)
      : now_(now), options_(options), location_(location), gruus_(gruus), date_(date) {}

  // Read in place; then it begins.
  RegisterRequest& request() { return request_; }
  void begin(std::uint64_t fresh_epoch, Done done) {
    fresh_epoch_ = fresh_epoch;
    done_ = std::move(done);
  }

  void change(Record& record) override {
    full_ = location_.size() >= options_.max_all_bindings;
    const std::size_t most = full_ ? record.bindings.size() : options_.max_bindings;
    applied_ = apply(request_, now_, fresh_epoch_, most, record);
    if (applied_ == Applied::all) listing_.emplace(record, now_, request_.kept);
  }
  void done(boost::system::error_code error) override {
    if (error || (full_ && applied_ == Applied::too_many)) return done_(unavailable());
    if (applied_ != Applied::all) return done_(refusal(applied_));
    done_(write_answer(request_, *listing_, options_, gruus_, date_.line(now_)));
  }

 private:
  const Instant now_;
  const Options& options_;
  const LocationService& location_;
  EncryptedGruus& gruus_;
  DateField& date_;
  RegisterRequest request_;
  std::uint64_t fresh_epoch_ = 0;
  Done done_;
  Applied applied_ = Applied::all;
  bool full_ = false;  // no room for another binding, whoever's
  std::optional<Listing> listing_;
};

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
      random_(std::move(random)),
      date_(options.wall_clock) {}

void Registrar::process(const sip::Message& message, const sip::Uri& to, RegisterOrder order,
                        const Flow& flow, Instant now, std::function<void(const Answer&)> done) {
  auto registration = std::make_unique<Registration>(now, options_, location_, gruus_, date_);
  RegisterRequest& request = registration->request();
  request.cseq = order.cseq;
  request.transaction = order.transaction;
  request.flow = flow;
  if (const auto refusal = read_register(message, to, options_, domains_, request)) return done(*refusal);
  if (request.is_query()) {
    const std::string_view aor = request.aor;
    return lookup(
        location_, aor,
        [now, &kept = request.kept](const Record& record) { return Listing(record, now, kept); },
        [this, now, registration = std::move(registration), done = std::move(done)](const Listing& listing) {
          done(write_answer(registration->request(), listing, options_, gruus_, date_.line(now)));
        });
  }
  if (options_.route) request.route = request.kept.keep(options_.route(flow, request.dialect));
  registration->begin(random_(), std::move(done));
  const std::string_view aor = request.aor;
  location_.submit(aor, std::move(registration));
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
  lookup(
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
  lookup(
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
