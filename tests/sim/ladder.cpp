#include "sim/ladder.h"

#include <cstdio>
#include <cstring>

namespace flowgate::sim {
namespace {

void mix(std::uint64_t& hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15;
  hash ^= hash >> 29;
}

void mix(std::uint64_t& hash, std::string_view text) {
  mix(hash, text.size());
  while (text.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data(), 8);
    mix(hash, word);
    text.remove_prefix(8);
  }
  for (const char c : text) mix(hash, static_cast<unsigned char>(c));
}

std::string clock(Duration elapsed) {
  const auto microseconds = elapsed.count();
  char text[32];
  std::snprintf(text, sizeof text, "%4lld:%02lld.%06lld", static_cast<long long>(microseconds / 60'000'000),
                static_cast<long long>(microseconds / 1'000'000 % 60),
                static_cast<long long>(microseconds % 1'000'000));
  return text;
}

}  // namespace

void Ladder::message(std::string_view from, std::string_view arrow, std::string_view to,
                     const Packet& packet) {
  ++messages_;
  const auto time = static_cast<std::uint64_t>(agenda_.elapsed().count());
  for (std::uint64_t* hash : {&octets_hash_, &course_hash_}) {
    mix(*hash, time);
    mix(*hash, from);
    mix(*hash, to);
  }
  mix(octets_hash_, packet.text());
  for (const std::string_view part : {packet.start_line(), packet.header("Call-ID"), packet.header("CSeq")})
    mix(course_hash_, part);
  mix(course_hash_, packet.text().size());

  std::string line = clock(agenda_.elapsed());
  line += "  ";
  for (const std::string_view part : {from, arrow, to}) (line += part) += ' ';
  line.resize(std::max<std::size_t>(line.size(), 52), ' ');
  (line += packet.start_line()) += "  [";
  (line += packet.header("Call-ID")) += ' ';
  (line += packet.header("CSeq")) += ']';
  add(std::move(line));
}

void Ladder::event(std::string_view text) {
  mix(octets_hash_, text);
  mix(course_hash_, text);
  add(clock(agenda_.elapsed()) + "  --- " + std::string(text));
}

void Ladder::add(std::string line) {
  if (follow_) std::printf("%s\n", line.c_str());
  if (lines_.size() < kept) {
    lines_.push_back(std::move(line));
  } else {
    lines_[next_] = std::move(line);
  }
  next_ = (next_ + 1) % kept;
}

std::string Ladder::text() const {
  std::string text;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const std::size_t index = lines_.size() < kept ? i : (next_ + i) % kept;
    (text += lines_[index]) += '\n';
  }
  return text;
}

}  // namespace flowgate::sim
