#include "conf/overload.h"

#include <algorithm>
#include <cstdint>

namespace flowgate::conf {

using std::chrono::seconds;

Overload read_overload(const Section& top) {
  constexpr std::uint32_t most_retry_s = 3'600;
  const Section section =
      top.section("overload", {"max_delay_ms", "min_retry_after", "max_retry_after", "udp_buffer_bytes"});
  Overload overload;
  overload.max_delay = std::chrono::milliseconds(section.number("max_delay_ms", 30, 0, 10'000));
  const auto min = section.find("min_retry_after"), max = section.find("max_retry_after");
  if (min) overload.min_retry_after = seconds(min->number(1, most_retry_s));
  if (max) overload.max_retry_after = seconds(max->number(1, most_retry_s));
  if (min && max && overload.min_retry_after > overload.max_retry_after)
    section.refuse("min_retry_after", "expected no more than max_retry_after");
  if (!min) overload.min_retry_after = std::min(overload.min_retry_after, overload.max_retry_after);
  if (!max) overload.max_retry_after = std::max(overload.max_retry_after, overload.min_retry_after);
  overload.udp_buffer_bytes = section.number("udp_buffer_bytes", 8 << 20, 65'536, 1 << 30);
  return overload;
}

}  // namespace flowgate::conf
