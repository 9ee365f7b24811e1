// What the fuzz targets have in common: libFuzzer calls LLVMFuzzerTestOneInput with octets of its making, and
// whatever a target requires must hold for all of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace flowgate::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Ends the run: libFuzzer then keeps the input.
inline void require(bool holds, const char* sentence) {
  if (holds) return;
  std::fprintf(stderr, "Not true: %s\n", sentence);
  std::abort();
}

// A view's place in the text that it was read from; an empty one may stand anywhere.
inline bool is_part_of(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

// Takes small numbers off the front of an input; zeros when it has run out.
class Choices {
 public:
  explicit Choices(std::string_view octets) : rest_(octets) {}

  unsigned octet() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  // The octets in front of the first `end`, which is dropped.
  std::string_view until(char end) {
    const auto part = rest_.substr(0, rest_.find(end));
    rest_.remove_prefix(part.size() == rest_.size() ? part.size() : part.size() + 1);
    return part;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace flowgate::fuzz
