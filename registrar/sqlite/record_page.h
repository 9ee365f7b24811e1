// Records of the log, one behind the other in as many octets as fit a page of the database: all pages are
// equally long, so that one takes the place of another without anything else in the database changing.
//
//   number   8 octets, highest first: grows with each page
//   records  4 octets: how many there are
//   each     4 octets each: the lengths of its AOR and of what is known of it; then both
//   zeros    up to the end
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flowgate::sqlite {

class RecordPage {
 public:
  // "The SQLite Database File Format" §1.6: of a page of 4096 octets a row may take 4061.
  static constexpr std::size_t usual_octets = 4032;

  void begin(std::int64_t number);
  // A page may be longer than usual for the sake of its only record.
  bool has_room_for(std::string_view aor, std::string_view record) const;
  void append(std::string_view aor, std::string_view record);

  // What is to be written; until the next call.
  std::string_view octets() const { return octets_; }

 private:
  std::uint32_t records_ = 0;
  std::size_t end_ = 0;  // of the records; zeros may stand behind it
  std::string octets_;
};

// A page that was read. Views the octets.
struct ReadPage {
  struct Entry {
    std::string_view aor, record;
  };
  std::vector<Entry> entries;

  // Nothing: it is damaged.
  static std::optional<ReadPage> parse(std::string_view octets);
};

// Its first octets: enough for the number and how many records there are.
struct PageHead {
  static constexpr std::size_t octets = 12;
  std::int64_t number = 0;
  std::size_t records = 0;

  static std::optional<PageHead> parse(std::string_view octets);
};

}  // namespace flowgate::sqlite
