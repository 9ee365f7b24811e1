#include "field.h"

#include <charconv>

namespace flowgate::avalanche {

std::uint32_t number_behind(std::string_view text, std::string_view name, std::uint32_t otherwise) {
  const auto at = text.find(name);
  if (at == std::string_view::npos) return otherwise;
  std::uint32_t number = otherwise;
  std::from_chars(text.data() + at + name.size(), text.data() + text.size(), number);
  return number;
}

}  // namespace flowgate::avalanche
