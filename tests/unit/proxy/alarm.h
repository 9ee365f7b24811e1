// What a timer needs to be tested.
#pragma once

#include <chrono>
#include <functional>
#include <utility>

#include "proxy/timer_wheel.h"

namespace flowgate::proxy {

// A start that is not on a whole millisecond of the clock.
inline const Instant start = Instant{} + std::chrono::nanoseconds{123456789};

// A timer that does what the test says.
struct Alarm {
  explicit Alarm(std::function<void()> action) : act(std::move(action)) {}
  std::function<void()> act;
  Timer timer{this, [](void* self) { static_cast<Alarm*>(self)->act(); }};
};

}  // namespace flowgate::proxy
