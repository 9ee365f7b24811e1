#include "transport/dns/hosts_file.h"

#include <algorithm>
#include <fstream>

#include "transport/dns/name.h"

namespace flowgate::dns {
namespace {

constexpr std::string_view blanks = " \t\r";

// The next field; "" at the end.
std::string_view take_field(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  const std::string_view field = line.substr(0, line.find_first_of(blanks));
  line.remove_prefix(field.size());
  return field;
}

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

}  // namespace

const std::vector<Endpoint>* HostsFile::find(const std::string& name, Instant now) {
  if (now >= next_look_) {
    next_look_ = now + std::chrono::seconds(1);
    read_if_changed();
  }
  const auto found = addresses_.find(name);
  return found == addresses_.end() ? nullptr : &found->second;
}

void HostsFile::read_if_changed() {
  struct stat status {};
  if (::stat(file_.c_str(), &status) != 0) status = {};
  if (same_file(status, read_)) return;
  read_ = status;
  addresses_.clear();
  std::ifstream in(file_);
  for (std::string line; std::getline(in, line);) read_line(line);
}

// IP_address canonical_hostname [aliases...] # comment
void HostsFile::read_line(std::string_view line) {
  line = line.substr(0, line.find('#'));
  const auto address = Endpoint::from(take_field(line), 0);
  if (!address) return;
  for (auto field = take_field(line); !field.empty(); field = take_field(line)) {
    const auto name = canonical_name(field);
    if (!name) continue;
    auto& addresses = addresses_[*name];
    if (std::find(addresses.begin(), addresses.end(), *address) == addresses.end()) {
      addresses.push_back(*address);
    }
  }
}

}  // namespace flowgate::dns
