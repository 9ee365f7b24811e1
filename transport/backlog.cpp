#include "transport/backlog.h"

#include <algorithm>
#include <utility>

namespace flowgate::transport {

std::optional<unsigned> Backlog::look(Instant now, unsigned percent) {
  if (percent < 100 || least_ == 0) {
    begin_ = now;
    least_ = percent < 100 ? 0 : percent;
    looks_ = 1;
    return std::nullopt;
  }
  least_ = std::min(least_, percent);
  ++looks_;
  if (now - begin_ < interval || looks_ < least_looks) return std::nullopt;
  begin_ = now;
  looks_ = 1;
  return std::exchange(least_, percent);
}

}  // namespace flowgate::transport
