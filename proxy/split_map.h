// A hash map in many parts, so that it grows in small steps: one table of a million entries takes tens of
// milliseconds to move to a larger place, and whoever calls then waits for it. Not thread-safe.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <utility>

namespace flowgate::proxy {

// The hash has 64 good bits.
template <class Key, class Value, class Hash>
class SplitMap {
 public:
  // nullptr: there is none. Valid until anything is added or erased.
  Value* find(const Key& key) {
    Part& part = part_of(key);
    const auto found = part.find(key);
    return found == part.end() ? nullptr : &found->second;
  }
  const Value* find(const Key& key) const { return const_cast<SplitMap*>(this)->find(key); }

  // In the place of the one that is there.
  Value& put(const Key& key, Value value) {
    const auto [place, fresh] = part_of(key).insert_or_assign(key, std::move(value));
    size_ += fresh ? 1 : 0;
    return place->second;
  }
  void erase(const Key& key) { size_ -= part_of(key).erase(key); }

  std::size_t size() const { return size_; }

  template <class Visit>
  void for_each(const Visit& visit) {
    for (Part& part : parts_) {
      for (auto& entry : part) visit(entry.second);
    }
  }

 private:
  using Part = boost::unordered_flat_map<Key, Value, Hash>;
  static constexpr unsigned bits = 8;

  Part& part_of(const Key& key) { return parts_[Hash{}(key) >> (64 - bits)]; }

  std::array<Part, std::size_t{1} << bits> parts_;
  std::size_t size_ = 0;
};

}  // namespace flowgate::proxy
