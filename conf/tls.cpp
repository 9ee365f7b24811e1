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

std::vector<TlsPair> read_more(const Section& section, bool needed, const fs::path& folder) {
  std::vector<TlsPair> pairs;
  const auto more = section.find("certificates");
  if (!more) return pairs;
  for (const Value& item : more->list("a list of {certificate: FILE, private_key: FILE}")) {
    const Section pair(item, {"certificate", "private_key"});
    const auto certificate = pair.find("certificate");
    const auto private_key = pair.find("private_key");
    if (!certificate || !private_key) item.refuse("expected both certificate and private_key");
    pairs.push_back({certificate->path(folder), private_key->path(folder)});
    if (!needed) continue;
    check_readable(*certificate, pairs.back().certificate);
    check_readable(*private_key, pairs.back().private_key);
  }
  return pairs;
}

ClientCertificates read_client_certificates(const Section& section) {
  constexpr std::string_view what = "optional or required";
  const auto client_ca = section.find("client_ca");
  const auto value = section.find("client_certificates");
  if (value && !client_ca) value->refuse("needs tls.client_ca: the CA that vouches for them");
  if (!value) return client_ca ? ClientCertificates::optional : ClientCertificates::none;
  const std::string& text = value->text(what);
  if (text == "optional") return ClientCertificates::optional;
  if (text != "required") value->expected(what);
  return ClientCertificates::required;
}

bool read_only_tls_1_3(const Section& section) {
  constexpr std::string_view what = "1.2 or 1.3";
  const auto value = section.find("min_version");
  if (!value) return false;
  const std::string& text = value->text(what);
  if (text != "1.2" && text != "1.3") value->expected(what);
  return text == "1.3";
}

}  // namespace

Tls read_tls(const Section& top, const std::vector<Listener>& listen, const fs::path& folder) {
  const auto listener =
      std::find_if(listen.begin(), listen.end(), [](const Listener& l) { return is_secure(l.protocol); });
  const bool needed = listener != listen.end();
  const std::vector<std::string_view> keys = {"certificate",         "private_key",  "client_ca",
                                              "client_certificates", "certificates", "min_version"};
  const Section section = top.section("tls", keys);
  const auto certificate = section.find("certificate");
  const auto private_key = section.find("private_key");
  const auto client_ca = section.find("client_ca");
  if (!certificate || !private_key) {
    if (needed) {
      top.refuse("listen",
                 fmt::format("{} needs tls.certificate and tls.private_key", in_quotes(listener->text)));
    }
    if (std::any_of(keys.begin(), keys.end(), [&](std::string_view key) { return section.find(key); })) {
      top.refuse("tls", "expected both certificate and private_key");
    }
    return {};
  }

  Tls tls;
  tls.certificate = certificate->path(folder);
  tls.private_key = private_key->path(folder);
  if (client_ca) tls.client_ca = client_ca->path(folder);
  if (tls.certificate == tls.private_key) private_key->expected("another file than tls.certificate");
  tls.client_certificates = read_client_certificates(section);
  tls.only_tls_1_3 = read_only_tls_1_3(section);
  tls.more = read_more(section, needed, folder);
  if (!needed) return tls;
  std::error_code ignored;
  const bool made_at_start = !fs::exists(tls.certificate, ignored) && !fs::exists(tls.private_key, ignored);
  const auto check = [made_at_start](const Value& value, const fs::path& file) {
    made_at_start ? value.check_folder(file) : check_readable(value, file);
  };
  check(*certificate, tls.certificate);
  check(*private_key, tls.private_key);
  if (client_ca) check_readable(*client_ca, tls.client_ca);
  return tls;
}

}  // namespace flowgate::conf
