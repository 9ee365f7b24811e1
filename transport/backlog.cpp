#include "transport/backlog.h"

namespace flowgate::transport {

void Backlog::look(Instant now, unsigned percent) {
  if (percent < 100) {
    looks_ = standing_ = 0;
    return;
  }
  if (looks_ == 0) begin_ = now;
  if (looks_ < least_looks) ++looks_;
  standing_ = looks_ == least_looks && now - begin_ >= interval ? percent : 0;
}

}  // namespace flowgate::transport
