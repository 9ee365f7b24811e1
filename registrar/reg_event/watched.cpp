#include "registrar/reg_event/watched.h"

#include "flowtoken/keyed_hash.h"

namespace flowgate::reg_event {

void Watched::add(std::string_view aor) {
  ++counts_[KeyedHash{}(aor) % buckets];
  ++total_;
}

void Watched::remove(std::string_view aor) {
  --counts_[KeyedHash{}(aor) % buckets];
  --total_;
}

bool Watched::has(std::string_view aor) const {
  return total_ > 0 && counts_[KeyedHash{}(aor) % buckets] > 0;
}

}  // namespace flowgate::reg_event
