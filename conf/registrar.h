// The `registrar:` section.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "conf/digest.h"
#include "conf/section.h"
#include "conf/store.h"
#include "conf/users.h"

namespace flowgate::conf {

struct Registrar {
  Store store;
  std::string
      node;  // with a store that is shared: the URI that the others reach this node by; empty: none given
  Digest digest;
  std::optional<Users> users;        // nothing: every user part of the domains is a valid AOR
  std::filesystem::path users_file;  // that they come from; absolute
  // min <= default <= max. Of these three, the ones that the file does not give make room for those that it
  // gives.
  std::chrono::seconds default_expires{3600};
  std::chrono::seconds min_expires{60};
  std::chrono::seconds max_expires{7200};
};

// `top`: the whole file; `folder`: what relative paths are relative to. Throws Error.
Registrar read_registrar(const Section& top, const std::vector<std::string>& domains,
                         const std::filesystem::path& folder);

}  // namespace flowgate::conf
