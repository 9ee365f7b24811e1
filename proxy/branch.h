// The branch parameter that we put into our Vias: RFC 3261 §8.1.1.7 and §16.6 (8).
//
//   z9hG4bK fg SS IIIIIIIIIIIIIIII LLLLLLLLLLLLLLLL
//
// SS names the shard, I the client transaction (64 random bits: nobody off the path can guess a live one), L
// is the loop hash of RFC 5393 §4.2: equal L in a Via of a request means that this very request was here
// before.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flowgate::proxy {

struct Branch {
  static constexpr std::string_view mark = "z9hG4bKfg";  // what it begins with
  std::uint8_t shard = 0;
  std::uint64_t id = 0;
  std::uint64_t loop_hash = 0;

  std::string text() const;
  // Nothing for a branch that is not of this form.
  static std::optional<Branch> parse(std::string_view text);
};

// The shard whose transaction a response belongs to, as far as its text shows unparsed: that of the first
// branch of ours in it. Nothing for a request.
std::optional<unsigned> shard_of_response(std::string_view text);

}  // namespace flowgate::proxy
