// The location service in memory: striped by AOR, an index from flows to AORs beside it.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "registrar/binding_index.h"
#include "registrar/hashed.h"
#include "registrar/location_service.h"

namespace flowgate::registrar {

// Calls back inside the call. Locks: a stripe of records, then within it, for a moment, a stripe of the flow
// index; never two stripes of records, and never a stripe of records from within the flow index.
class MemoryStore final : public LocationService {
 public:
  MemoryStore();
  ~MemoryStore() override;

  void submit(std::string_view aor, std::unique_ptr<Lookup> lookup) override;
  void submit(std::string_view aor, std::unique_ptr<Update> update) override;
  void remove_flow(const Flow& flow) override;
  void remove_dead(std::string_view aor, Dead dead) override;
  std::optional<Dialect> registered_over(const Flow& flow, Instant now) override;
  void sweep(Instant now) override;
  std::size_t size() const override;
  bool is_immediate() const override { return true; }
  // The AORs that have a binding over the flow.
  std::vector<std::string> aors_over(const Flow& flow) const { return index_.flows().aors(flow); }

 private:
  struct Stripe;
  Stripe& stripe_of(const HashedAor& aor) const;
  template <class Edit>
  void edit(std::string_view aor, const Edit& edit);
  // Appends the AORs that have lost something to `changed`, when somebody wants to know.
  void sweep(Stripe& stripe, Instant now, std::vector<std::string>& changed);

  std::unique_ptr<Stripe[]> stripes_;
  BindingIndex index_;
  std::atomic<std::size_t> next_sweep_{0};
};

}  // namespace flowgate::registrar
