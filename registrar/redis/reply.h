// What a Redis server replies: a value of its protocol, RESP2.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flowgate::redis {

struct Reply {
  enum class Kind : std::uint8_t { nil, integer, status, error, text, array };
  Kind kind = Kind::nil;
  std::int64_t integer = 0;
  std::string text;          // of a status, an error or a text (a bulk string)
  std::vector<Reply> items;  // of an array

  bool is_error() const { return kind == Kind::error; }
  // An error whose first word is that: "NOSCRIPT", "READONLY".
  bool is_error(std::string_view code) const {
    return is_error() && text.starts_with(code) && (text.size() == code.size() || text[code.size()] == ' ');
  }
  bool is_text() const { return kind == Kind::text; }
  bool is_array(std::size_t least) const { return kind == Kind::array && items.size() >= least; }
};

}  // namespace flowgate::redis
