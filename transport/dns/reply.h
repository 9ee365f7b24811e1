// A DNS reply as it came from a server, made into an Answer (RFC 1035 §4).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "transport/dns/record.h"

namespace flowgate::dns {

// Of one reply; more are left out. A cached answer is to stay small, whatever a domain's owner puts into it.
constexpr std::size_t max_records = 32;

// The records of `type` in a reply, wherever the aliases (CNAME) in it lead.
Answer parse_reply(Type type, std::span<const std::uint8_t> reply);

// How long what the reply says may be kept: the shortest time to live of its answer records; without such, of
// the SOA in the authority section and of that SOA's MINIMUM (RFC 2308 §5). Nothing when the reply has
// neither, or is malformed.
std::optional<std::chrono::seconds> ttl_of(std::span<const std::uint8_t> reply);

}  // namespace flowgate::dns
