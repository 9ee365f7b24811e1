// The TLS contexts of the process, made of files that may change while it runs.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "transport/tls_contexts.h"

namespace flowgate::server {

class Certificates {
 public:
  // Throws as load() does.
  explicit Certificates(transport::TlsOptions options);

  const std::shared_ptr<const transport::TlsContexts>& contexts() const { return contexts_; }

  // The files are others than those that load() saw last, and have not changed since the call before: whoever
  // replaces a certificate and its key does so one after the other. To be called about once a second.
  bool have_changed();

  // From the files as they are now. Throws std::runtime_error with one line that names the file and says what
  // is wrong with it; the contexts are then as they were.
  void load();

 private:
  // What tells two versions of a file apart; zeros when it is missing.
  struct Version {
    std::uint64_t device = 0, inode = 0;
    std::int64_t size = 0, seconds = 0, nanoseconds = 0;
    friend bool operator==(const Version&, const Version&) = default;
  };
  using Versions = std::vector<Version>;

  Versions versions() const;

  const transport::TlsOptions options_;
  // Tickets stay good when the certificates change.
  const std::shared_ptr<transport::TicketKeys> tickets_ = std::make_shared<transport::TicketKeys>();
  std::shared_ptr<const transport::TlsContexts> contexts_;
  Versions loaded_;
  std::optional<Versions> seen_;  // not loaded yet
};

}  // namespace flowgate::server
