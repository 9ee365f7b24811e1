// Text that outlives what it was copied from, without a string for each piece.
#pragma once

#include <array>
#include <cstddef>
#include <memory_resource>
#include <span>
#include <string_view>

namespace flowgate::registrar {

// What it keeps stays where it is as long as the KeptText lives. The first octets have room in the object
// itself: it can be neither copied nor moved. Grows with what is put in. Not thread-safe.
class KeptText {
 public:
  KeptText() = default;
  KeptText(const KeptText&) = delete;
  KeptText& operator=(const KeptText&) = delete;

  std::string_view keep(std::string_view text) { return keep(std::span{&text, 1}); }
  // The pieces, one behind the other.
  std::string_view keep(std::span<const std::string_view> pieces) {
    std::size_t size = 0;
    for (const std::string_view piece : pieces) size += piece.size();
    if (size == 0) return {};
    char* const text = static_cast<char*>(memory_.allocate(size, 1));
    char* to = text;
    for (const std::string_view piece : pieces) to += piece.copy(to, piece.size());
    return {text, size};
  }

 private:
  std::array<char, 512> first_;  // enough for what most REGISTERs say
  std::pmr::monotonic_buffer_resource memory_{first_.data(), first_.size()};
};

}  // namespace flowgate::registrar
