// A forwarded message in one pass: the text that came, and a list of edits (RFC 3261 §16.6, §16.7).
//
// Untouched octets are copied as they came. Whatever is put in passes through here, and a CR, LF or NUL in it
// becomes a space: no inserted text can end a line or a message.
#pragma once

#include <boost/container/small_vector.hpp>
#include <initializer_list>
#include <string>
#include <string_view>

#include "sip/message.h"
#include "sip/value.h"

namespace flowgate::sip {

// Text in pieces, to be joined.
using Pieces = std::initializer_list<std::string_view>;

// What may not stand in what is put in becomes a space.
constexpr char clean(char c) {
  return c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
}
// Appends `piece` with CR, LF and NUL turned into spaces.
void append_clean(std::string& out, std::string_view piece);
// Copies `piece` to `out`, clean; returns the end of the copy.
char* copy_clean(std::string_view piece, char* out);
// The same for what stands in `out` from `begin` on.
void clean_from(std::string& out, std::size_t begin);
// Appends the line "NAME: PIECES CRLF", all pieces clean.
void append_field(std::string& out, std::string_view name, Pieces pieces);

// The edits of one message. May be cleared and used again, keeping its memory. Not thread-safe.
class Edits {
 public:
  // Inserts the line "NAME: PIECES CRLF" at `offset`, which must be a line's beginning (Field::line.begin,
  // Message::fields_begin or fields_end). Several insertions at one offset come out in the order they were
  // made.
  void insert_field(std::uint32_t offset, std::string_view name, Pieces pieces);
  // Replaces a range inside the start line or a field value. Size 0 inserts.
  void replace(Range range, Pieces pieces);
  // Takes a whole line away.
  void remove_field(const Field& field);
  // Takes one value of a list away, with its comma; the whole line when it was the only value on it. Two
  // values of one line may both be removed: from the front, in order.
  void remove_value(const Message& message, const Values::Value& value);
  void clear();
  bool empty() const { return edits_.empty(); }

  // Appends the edited message to `out`, each line of its head with a CRLF. Edits must not overlap
  // (asserted).
  void write(const Message& message, std::string& out) const;

 private:
  struct Edit {
    Range removed;           // of the message's text
    std::size_t text_begin;  // in inserted_
    std::size_t text_size;
  };
  void add(Range removed, std::size_t text_begin);

  boost::container::small_vector<Edit, 16> edits_;  // sorted by where they begin, then as they were made
  std::string inserted_;
};

}  // namespace flowgate::sip
