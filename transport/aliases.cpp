#include "transport/aliases.h"

#include <iterator>
#include <limits>
#include <utility>

namespace flowgate::transport {

void Aliases::add(std::uint64_t serial, Alias alias) {
  for (const std::string& name : alias.names) rows_.emplace(alias.address, name, serial);
  by_serial_.emplace(serial, std::move(alias));
}

void Aliases::remove(std::uint64_t serial) {
  const auto found = by_serial_.find(serial);
  if (found == by_serial_.end()) return;
  const Alias& alias = found->second;
  for (const std::string& name : alias.names) rows_.erase({alias.address, name, serial});
  by_serial_.erase(found);
}

std::optional<std::uint64_t> Aliases::find(const Endpoint& address, std::string_view name) const {
  if (rows_.empty()) return std::nullopt;
  const auto behind =
      rows_.upper_bound(Row{address, std::string(name), std::numeric_limits<std::uint64_t>::max()});
  if (behind == rows_.begin()) return std::nullopt;
  const auto& [row_address, row_name, serial] = *std::prev(behind);
  if (row_address != address || row_name != name) return std::nullopt;
  return serial;
}

}  // namespace flowgate::transport
