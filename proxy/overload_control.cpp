#include "proxy/overload_control.h"

namespace flowgate::proxy {
namespace {

// The share that is turned away rises with the delay. Turning away takes a part of the time that serving
// does: so the queue stays where both together keep up with what comes, and no capacity is left unused.
struct Range {
  unsigned none, all;  // in percent of the delay that is allowed
};
constexpr std::array<Range, 3> ranges{{{100, 200}, {200, 400}, {400, 800}}};

}  // namespace

bool OverloadControl::refuses(Admission admission, std::uint64_t random) {
  if (admission == Admission::always) return false;
  const auto rank = static_cast<std::size_t>(admission);
  const auto [none, all] = ranges[rank];
  if (percent_ <= none || random % (all - none) >= percent_ - none) return false;
  refused_[rank].fetch_add(1, std::memory_order_relaxed);
  return true;
}

std::chrono::seconds OverloadControl::retry_after(std::uint64_t random) const {
  const auto spread = static_cast<std::uint64_t>((options_.most_retry - options_.least_retry).count()) + 1;
  return options_.least_retry + std::chrono::seconds(random % spread);
}

}  // namespace flowgate::proxy
