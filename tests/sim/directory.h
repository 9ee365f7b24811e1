// Whom one may call: what is known by everybody.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/random.h"

namespace flowgate::sim {

class Directory {
 public:
  void add_aor(std::string uri) { aors_.push_back(std::move(uri)); }
  // The latest of each kind that a UA was given.
  void put_gruu(const std::string& name, std::string uri) { gruus_[name] = std::move(uri); }

  // An AOR, a GRUU, or somebody who does not exist.
  std::string any(Random& random) const {
    if (random.chance(0.03)) return "sip:nobody@example.com";
    if (gruus_.empty() || random.chance(0.6)) return aors_[random.below(aors_.size())];
    return std::next(gruus_.begin(), static_cast<long>(random.below(gruus_.size())))->second;
  }

 private:
  std::vector<std::string> aors_;
  std::map<std::string, std::string> gruus_;
};

}  // namespace flowgate::sim
