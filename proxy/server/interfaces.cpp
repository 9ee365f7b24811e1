#include "proxy/server/interfaces.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <array>
#include <memory>
#include <system_error>

namespace flowgate::server {

std::vector<Endpoint> interface_addresses() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot list the interfaces");
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, &freeifaddrs);
  std::vector<Endpoint> addresses;
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr) continue;
    const void* address = nullptr;
    const int family = entry->ifa_addr->sa_family;
    if (family == AF_INET) address = &reinterpret_cast<const sockaddr_in*>(entry->ifa_addr)->sin_addr;
    if (family == AF_INET6) address = &reinterpret_cast<const sockaddr_in6*>(entry->ifa_addr)->sin6_addr;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address == nullptr || inet_ntop(family, address, text.data(), text.size()) == nullptr) continue;
    if (const auto endpoint = Endpoint::from(text.data(), 0)) addresses.push_back(*endpoint);
  }
  return addresses;
}

}  // namespace flowgate::server
