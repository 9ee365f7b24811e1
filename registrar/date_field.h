// The Date of the 200 to a REGISTER: RFC 3261 §10.3 (8), §20.17. Not thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "registrar/binding.h"

namespace flowgate::registrar {

class DateField {
 public:
  using WallClock = std::function<std::chrono::system_clock::time_point()>;
  // Without a clock there is no Date.
  explicit DateField(WallClock clock) : clock_(std::move(clock)) {}

  // The whole header field line, or ""; until the next call. The clock is read once a second.
  std::string_view line(Instant now);

 private:
  const WallClock clock_;
  Instant read_at_;
  std::string line_;
};

}  // namespace flowgate::registrar
