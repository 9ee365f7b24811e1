#include "proxy/server/certificates.h"

#include <sys/stat.h>

#include <utility>

namespace flowgate::server {

Certificates::Certificates(transport::TlsOptions options) : options_(std::move(options)) {
  load();
}

bool Certificates::have_changed() {
  Versions now = versions();
  if (now == loaded_) {
    seen_.reset();
    return false;
  }
  const bool rest = seen_ == now;
  seen_ = std::move(now);
  return rest;
}

void Certificates::load() {
  loaded_ = versions();
  contexts_ = std::make_shared<const transport::TlsContexts>(options_, tickets_);
}

Certificates::Versions Certificates::versions() const {
  Versions versions;
  const auto look_at = [&versions](const std::filesystem::path& file) {
    struct stat found {};
    Version& version = versions.emplace_back();
    if (file.empty() || ::stat(file.c_str(), &found) != 0) return;
    version = {found.st_dev, found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
  };
  for (const transport::TlsFiles& files : options_.pairs) {
    look_at(files.certificate);
    look_at(files.private_key);
  }
  look_at(options_.client_ca);
  return versions;
}

}  // namespace flowgate::server
