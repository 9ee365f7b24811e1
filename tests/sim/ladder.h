// What was said, in order: the last lines of it to be printed on a failure, and a hash of all of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/agenda.h"
#include "sim/packet.h"

namespace flowgate::sim {

class Ladder {
 public:
  explicit Ladder(const Agenda& agenda) : agenda_(agenda) {}

  void message(std::string_view from, std::string_view arrow, std::string_view to, const Packet& packet);
  void event(std::string_view text);

  // Every line is printed as it comes.
  void follow() { follow_ = true; }
  // The last lines.
  std::string text() const;

  std::uint64_t messages() const { return messages_; }
  // Of all octets of all messages, with their times and ends.
  std::uint64_t octets_hash() const { return octets_hash_; }
  // The same without what the process's hash key decides: branches and To tags.
  std::uint64_t course_hash() const { return course_hash_; }

 private:
  static constexpr std::size_t kept = 80;
  void add(std::string line);

  const Agenda& agenda_;
  std::vector<std::string> lines_;
  std::size_t next_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t octets_hash_ = 0, course_hash_ = 0;
  bool follow_ = false;
};

}  // namespace flowgate::sim
