#include "sim/internet.h"

#include "sim/packet.h"

namespace flowgate::sim {

Site& Internet::add(std::string name, std::string_view address) {
  Site& site = *sites_.emplace_back(std::make_unique<Site>());
  site.number = static_cast<unsigned>(sites_.size() - 1);
  site.name = std::move(name);
  site.address = endpoint(address, 0);
  by_address_[site.address] = &site;
  return site;
}

Site* Internet::at(const Endpoint& where) {
  Endpoint address = where;
  address.port = 0;
  const auto found = by_address_.find(address);
  return found == by_address_.end() ? nullptr : found->second;
}

Endpoint endpoint(std::string_view address, std::uint16_t port) {
  return Endpoint::from(address, port).value();
}

Endpoint endpoint(std::string_view host_port) {
  const std::size_t colon = host_port.find(':');
  return endpoint(host_port.substr(0, colon),
                  static_cast<std::uint16_t>(number_in(host_port.substr(colon + 1))));
}

}  // namespace flowgate::sim
