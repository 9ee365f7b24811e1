#include "conf/admin.h"

#include <algorithm>
#include <string_view>

#include "conf/endpoint.h"

namespace flowgate::conf {

namespace {

// On Linux the IPv6 wildcard takes IPv4 addresses as well, unless it is told not to, as only `listen` does.
bool are_both(const Endpoint& admin, const Listener& listener) {
  const bool all = admin.v6 && admin.is_unspecified() && admin.port != 0;
  return is_stream(listener.protocol) &&
         (all ? admin.port == listener.local.port : share_address(admin, listener.local));
}

}  // namespace

std::optional<Endpoint> read_admin(const Section& top, const std::vector<Listener>& listeners) {
  const auto listen = top.section("admin", {"listen"}).find("listen");
  if (!listen) return std::nullopt;
  constexpr std::string_view form = "ADDRESS:PORT, such as 127.0.0.1:9060 or \"[::1]:9060\"";
  const auto endpoint = endpoint_from(listen->text(form));
  if (!endpoint) listen->expected(form);
  const auto same = std::ranges::find_if(
      listeners, [&](const Listener& listener) { return are_both(*endpoint, listener); });
  if (same != listeners.end())
    listen->expected("an address of its own: " + in_quotes(same->text) + " listens there");
  return endpoint;
}

}  // namespace flowgate::conf
