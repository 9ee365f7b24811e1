#include "conf/admin.h"

#include <string_view>

#include "conf/endpoint.h"

namespace flowgate::conf {

std::optional<Endpoint> read_admin(const Section& top) {
  const auto listen = top.section("admin", {"listen"}).find("listen");
  if (!listen) return std::nullopt;
  constexpr std::string_view form = "ADDRESS:PORT, such as 127.0.0.1:9060 or \"[::1]:9060\"";
  const auto endpoint = endpoint_from(listen->text(form));
  if (!endpoint) listen->expected(form);
  return endpoint;
}

}  // namespace flowgate::conf
