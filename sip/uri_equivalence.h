// URI comparison: RFC 3261 §19.1.4.
#pragma once

#include <boost/container/small_vector.hpp>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sip/escapes.h"
#include "sip/uri.h"

namespace flowgate::sip {

// A URI that is compared with many others: what takes time is done once, when it is first needed. Views what
// the URI views.
class ComparableUri {
 public:
  explicit ComparableUri(const Uri& uri) : uri_(uri) {}

  // equivalent() in uri.h says what is the same.
  bool same(ComparableUri& other);

 private:
  // Names and values in one spelling, sorted by the hash of the name, then by text, so that two hostile URIs
  // are compared in one walk along both. Names that somebody has made share a hash cost no more than a
  // comparison of their text.
  class Pairs {
   public:
    void reserve(std::size_t octets) { text_.reserve(octets); }
    void add(std::string_view name, std::string_view value, Case value_letters);
    void sort();

    std::size_t size() const { return places_.size(); }
    std::string_view name(std::size_t i) const { return name_at(places_[i]); }
    // The order of the names.
    static std::strong_ordering order(const Pairs& a, std::size_t i, const Pairs& b, std::size_t j);
    // Are name and value the same?
    static bool same(const Pairs& a, std::size_t i, const Pairs& b, std::size_t j);

   private:
    struct Place {
      std::size_t hash;
      std::uint32_t begin, name, size;  // in text_: where, how long the name and how long both are
    };
    std::string_view name_at(const Place& place) const { return {text_.data() + place.begin, place.name}; }
    std::string_view text_at(const Place& place) const { return {text_.data() + place.begin, place.size}; }

    std::string text_;
    boost::container::small_vector<Place, 8> places_;
  };

  const Pairs& params();
  const Pairs& headers();
  static bool params_match(const Pairs& a, const Pairs& b);
  static bool headers_match(const Pairs& a, const Pairs& b);

  Uri uri_;
  std::optional<Pairs> params_, headers_;
};

}  // namespace flowgate::sip
