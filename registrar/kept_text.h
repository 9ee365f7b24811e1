// Text that outlives what it was copied from, without a string for each piece.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <forward_list>
#include <memory>
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

  std::string_view keep(std::string_view text) {
    char* const to = room_for(text.size());
    return {to, text.copy(to, text.size())};
  }
  // The pieces, one behind the other.
  std::string_view keep(std::span<const std::string_view> pieces) {
    std::size_t size = 0;
    for (const std::string_view piece : pieces) size += piece.size();
    char* const text = room_for(size);
    char* to = text;
    for (const std::string_view piece : pieces) to += piece.copy(to, piece.size());
    return {text, size};
  }

 private:
  static constexpr std::size_t first_size = 448;  // enough for what most REGISTERs say
  static constexpr std::size_t block_size = 1024;

  char* room_for(std::size_t size) {
    if (size > room_) add_block(std::max(size, block_size));
    char* const text = next_;
    next_ += size;
    room_ -= size;
    return text;
  }
  void add_block(std::size_t size) {
    next_ = blocks_.emplace_front(std::make_unique_for_overwrite<char[]>(size)).get();
    room_ = size;
  }

  std::array<char, first_size> first_;
  char* next_ = first_.data();
  std::size_t room_ = first_size;
  std::forward_list<std::unique_ptr<char[]>> blocks_;
};

}  // namespace flowgate::registrar
