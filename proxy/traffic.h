// What a shard was asked and has answered since its start, for those who watch it. Its thread alone counts,
// an increment for each message, and copies it for whoever asks: there is nothing to lock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sip/message.h"

namespace flowgate::proxy {

struct Traffic {
  // By sip::Method: what a peer makes up is `other`, so that nobody adds to what is kept here.
  std::array<std::uint64_t, sip::method_count> requests{};
  // By class (RFC 3261 §7.2), 1xx first. A request has one final response at most: further 2xx to an INVITE,
  // of which nobody knows whether they are its UAS' repetitions (RFC 6026 §7.1), are not counted.
  std::array<std::uint64_t, 6> responses{};

  void count_request(sip::Method method) { ++requests[static_cast<std::size_t>(method)]; }
  void count_response(int status) {
    const std::size_t position = static_cast<std::size_t>(status) / 100 - 1;
    if (position < responses.size()) ++responses[position];
  }

  Traffic& operator+=(const Traffic& more) {
    for (std::size_t i = 0; i < requests.size(); ++i) requests[i] += more.requests[i];
    for (std::size_t i = 0; i < responses.size(); ++i) responses[i] += more.responses[i];
    return *this;
  }
};

}  // namespace flowgate::proxy
