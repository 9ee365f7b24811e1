// Which AORs have a binding over a flow: RFC 5626 §7 wants all of them gone, "regardless of AOR", when the
// flow is.
#pragma once

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowtoken/flow.h"
#include "flowtoken/keyed_hash.h"
#include "registrar/binding.h"
#include "registrar/hashed.h"

namespace flowgate::registrar {

// The AORs of one flow. A phone's flow has one or two; the connection of another proxy may have thousands, so
// that from a size on they are hashed.
class FlowAors {
 public:
  void put(std::string_view aor, Instant expires, Dialect dialect);
  void erase(std::string_view aor);
  bool empty() const { return few_.empty() && !many_; }
  // Whether one of the bindings has not expired, as far as that is known without them. Many are taken to be
  // alive: those that have expired are soon swept.
  bool known_alive(Instant now) const { return many_ || alive_until_ > now; }
  Dialect dialect() const { return dialect_; }
  std::vector<std::string> names() const;

 private:
  using Many = boost::unordered_flat_set<std::string, KeyedHash, std::equal_to<>>;
  static constexpr std::size_t most_of_few = 8;

  boost::container::small_vector<std::string, 1> few_;  // empty when there are many
  std::unique_ptr<Many> many_;
  Instant alive_until_{};  // one of the bindings will be there until then, others perhaps for longer
  Dialect dialect_ = Dialect::rfc;
};

// Thread-safe, striped by flow.
class FlowIndex {
 public:
  FlowIndex();

  // There is a binding of `aor` over `flow`, at least until `expires`, of a UA that speaks `dialect`; the
  // latest dialect counts. It need not be told of a binding that has come to live longer. One that has come
  // to live shorter is erased first.
  void put(const Flow& flow, std::string_view aor, Instant expires, Dialect dialect);
  void erase(const Flow& flow, std::string_view aor);
  // Empties the flow and returns the AORs that it had.
  std::vector<std::string> take(const Flow& flow);
  std::vector<std::string> aors(const Flow& flow) const;
  // The dialect of the UA whose flow it is, when one of its bindings is known not to have expired.
  std::optional<Dialect> dialect_of(const Flow& flow, Instant now) const;

 private:
  static constexpr std::size_t stripe_count = 256;
  struct alignas(64) Stripe {
    mutable std::mutex mutex;
    boost::unordered_flat_map<Flow, FlowAors, FlowHashOnce, SameFlow> flows;
  };
  Stripe& stripe_of(const HashedFlow& flow) const;

  std::unique_ptr<Stripe[]> stripes_;
};

}  // namespace flowgate::registrar
