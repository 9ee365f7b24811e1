// Questions to the DNS and its answers, as plain values.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "flowtoken/flow.h"
#include "flowtoken/keyed_hash.h"

namespace flowgate::dns {

using Instant = std::chrono::steady_clock::time_point;

// RFC 1035 §3.2.2, RFC 3596 §2.1, RFC 2782, RFC 3403 §4.
enum class Type : std::uint16_t { a = 1, aaaa = 28, srv = 33, naptr = 35 };

struct Question {
  std::string name;  // as canonical_name() gives it
  Type type = Type::a;

  friend bool operator==(const Question&, const Question&) = default;
};

// The names are the peer's choice: a keyed hash.
struct QuestionHash {
  std::size_t operator()(const Question& question) const noexcept {
    return KeyedHash{}(question.name) + static_cast<std::size_t>(question.type);
  }
};

// RFC 2782.
struct Srv {
  std::uint16_t priority = 0, weight = 0, port = 0;
  std::string target;

  friend bool operator==(const Srv&, const Srv&) = default;
};

// RFC 3403 §4.1.
struct Naptr {
  std::uint16_t order = 0, preference = 0;
  std::string flags, service, regexp, replacement;

  friend bool operator==(const Naptr&, const Naptr&) = default;
};

enum class Outcome : std::uint8_t {
  found,
  none,   // the name does not exist, or has no records of the type (RFC 2308 §2)
  failed  // no server answered, or none with an answer that could be understood
};

// The records are those of the question's type; addresses have port 0.
struct Answer {
  Outcome outcome = Outcome::failed;
  std::chrono::seconds ttl{0};  // the shortest of all records; of `none`, how long that is so
  std::vector<Endpoint> addresses;
  std::vector<Srv> srv;
  std::vector<Naptr> naptr;
};
using AnswerPtr = std::shared_ptr<const Answer>;

}  // namespace flowgate::dns
