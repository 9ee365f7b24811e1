// The connection alias table of one shard: RFC 5923 §5.
//
// Its size is bounded by that of the connections: each has one alias at most, of max_identities names.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "transport/alias.h"

namespace flowgate::transport {

class Aliases {
 public:
  // `serial` names the connection, which has no alias yet.
  void add(std::uint64_t serial, Alias alias);
  // Without an alias nothing happens.
  void remove(std::uint64_t serial);

  // §8.2: the connection that serves for `address`, if "the URI used for RFC3263 server resolution matches
  // one of the identities": `name`, an identity_of(). Of several the newest: a peer that has crashed leaves
  // old ones behind that lead nowhere.
  std::optional<std::uint64_t> find(const Endpoint& address, std::string_view name) const;

  std::size_t size() const { return rows_.size(); }

 private:
  using Row = std::tuple<Endpoint, std::string, std::uint64_t>;
  std::set<Row> rows_;
  std::unordered_map<std::uint64_t, Alias> by_serial_;
};

}  // namespace flowgate::transport
