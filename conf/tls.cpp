#include "conf/tls.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace flowgate::conf {

namespace {

namespace fs = std::filesystem;

void check_readable(const Value& value, const fs::path& file) {
  if (::access(file.c_str(), R_OK) == 0) return;
  value.refuse(fmt::format("{}: {}", file.string(), std::generic_category().message(errno)));
}

void check_folder(const Value& value, const fs::path& file) {
  std::error_code ignored;
  const fs::path folder = file.parent_path();
  if (!fs::is_directory(folder, ignored)) value.refuse(fmt::format("{}: no such folder", folder.string()));
}

}  // namespace

Tls read_tls(const Section& top, const std::vector<Listener>& listen, const fs::path& folder) {
  const auto listener =
      std::find_if(listen.begin(), listen.end(), [](const Listener& l) { return is_secure(l.protocol); });
  const bool needed = listener != listen.end();
  const Section section = top.section("tls", {"certificate", "private_key", "client_ca"});
  const auto certificate = section.find("certificate");
  const auto private_key = section.find("private_key");
  const auto client_ca = section.find("client_ca");
  if (!certificate || !private_key) {
    if (needed) {
      top.refuse("listen",
                 fmt::format("{} needs tls.certificate and tls.private_key", in_quotes(listener->text)));
    }
    if (certificate || private_key || client_ca) {
      top.refuse("tls", "expected both certificate and private_key");
    }
    return {};
  }

  Tls tls{certificate->path(folder), private_key->path(folder), {}};
  if (client_ca) tls.client_ca = client_ca->path(folder);
  if (tls.certificate == tls.private_key) private_key->expected("another file than tls.certificate");
  if (!needed) return tls;
  std::error_code ignored;
  const bool made_at_start = !fs::exists(tls.certificate, ignored) && !fs::exists(tls.private_key, ignored);
  const auto check = made_at_start ? check_folder : check_readable;
  check(*certificate, tls.certificate);
  check(*private_key, tls.private_key);
  if (client_ca) check_readable(*client_ca, tls.client_ca);
  return tls;
}

}  // namespace flowgate::conf
