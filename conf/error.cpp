#include "conf/error.h"

#include <fmt/format.h>

#include <algorithm>

namespace flowgate::conf {

namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// One line, whatever the file or its name holds.
std::string one_line(std::string text) {
  std::replace_if(text.begin(), text.end(), is_control, '?');
  return text;
}

}  // namespace

Error::Error(const std::string& line) : std::runtime_error(one_line(line)) {}

Error::Error(const Place& place, std::string_view expected)
    : Error(fmt::format("{}:{}:{}: {}", place.file, place.line, place.column, expected)) {}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 60;
  const bool cut = text.size() > longest;
  return one_line(fmt::format("'{}{}'", text.substr(0, longest), cut ? "..." : ""));
}

}  // namespace flowgate::conf
