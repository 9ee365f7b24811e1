#include "conf/reg_event.h"

#include <algorithm>
#include <cstdint>

namespace flowgate::conf {

using std::chrono::seconds;

RegEvent read_reg_event(const Section& top) {
  constexpr std::uint32_t most_seconds = 0xffffffff;  // delta-seconds, RFC 3261 §20.19
  const Section section = top.section("reg_event", {"min_expires", "max_expires"});
  const auto min = section.find("min_expires"), max = section.find("max_expires");
  RegEvent reg_event;
  if (min) reg_event.min_expires = seconds(min->number(0, most_seconds));
  if (max) reg_event.max_expires = seconds(max->number(1, most_seconds));
  if (min && max && reg_event.min_expires > reg_event.max_expires)
    section.refuse("min_expires", "expected no more than max_expires");
  if (!min) reg_event.min_expires = std::min(reg_event.min_expires, reg_event.max_expires);
  if (!max) reg_event.max_expires = std::max(reg_event.max_expires, reg_event.min_expires);
  return reg_event;
}

}  // namespace flowgate::conf
