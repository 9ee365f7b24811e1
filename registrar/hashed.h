// A key with its hash, so that one that chooses a stripe and then a place in the table of the stripe is
// hashed once.
#pragma once

#include <cstddef>
#include <string_view>

#include "flowtoken/flow.h"
#include "flowtoken/keyed_hash.h"

namespace flowgate::registrar {

// Views the key.
template <class View, class Hash>
struct Hashed {
  explicit Hashed(View view) : key(view), hash(Hash{}(view)) {}
  View key;
  std::size_t hash;
};
using HashedAor = Hashed<std::string_view, KeyedHash>;
using HashedFlow = Hashed<const Flow&, FlowHash>;

// For tables that are searched by a Hashed, and hold whole keys.
template <class View, class Hash>
struct HashOnce {
  using is_transparent = void;
  std::size_t operator()(View key) const noexcept { return Hash{}(key); }
  std::size_t operator()(const Hashed<View, Hash>& key) const noexcept { return key.hash; }
};
template <class View, class Hash>
struct SameKey {
  using is_transparent = void;
  bool operator()(View one, View other) const { return one == other; }
  bool operator()(const Hashed<View, Hash>& one, View other) const { return one.key == other; }
  bool operator()(View one, const Hashed<View, Hash>& other) const { return one == other.key; }
};
using AorHash = HashOnce<std::string_view, KeyedHash>;
using SameAor = SameKey<std::string_view, KeyedHash>;
using FlowHashOnce = HashOnce<const Flow&, FlowHash>;
using SameFlow = SameKey<const Flow&, FlowHash>;

}  // namespace flowgate::registrar
