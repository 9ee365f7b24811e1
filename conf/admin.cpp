#include "conf/admin.h"

#include "conf/listener.h"

namespace flowgate::conf {

std::optional<Endpoint> read_admin(const Section& top) {
  const auto listen = top.section("admin", {"listen"}).find("listen");
  if (!listen) return std::nullopt;
  constexpr std::string_view form = "ADDRESS:PORT, such as 127.0.0.1:9060 or \"[::1]:9060\"";
  return parse_endpoint(*listen, listen->text(form), form);
}

}  // namespace flowgate::conf
