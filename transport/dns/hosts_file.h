// The hosts file (hosts(5)): names that this host's administrator gave addresses to.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "transport/dns/record.h"

namespace flowgate::dns {

class HostsFile {
 public:
  explicit HostsFile(std::filesystem::path file = "/etc/hosts") : file_(std::move(file)) {}

  // The addresses of a name as canonical_name() gives it, with port 0; null when the file does not have it.
  // The file is read again when it has changed, which is looked at once a second. Valid until the next call.
  const std::vector<Endpoint>* find(const std::string& name, Instant now);

 private:
  void read_if_changed();
  void read_line(std::string_view line);

  const std::filesystem::path file_;
  Instant next_look_ = Instant::min();
  struct stat read_ {};
  std::unordered_map<std::string, std::vector<Endpoint>> addresses_;
};

}  // namespace flowgate::dns
