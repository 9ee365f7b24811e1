#include "sip/edits.h"

#include <algorithm>
#include <cassert>

#include "sip/octets.h"
#include "sip/text.h"

namespace flowgate::sip {
namespace {

bool is_list_space(char c) {
  return is_blank(c) || c == ',';
}

// Is there a control character in it?
bool may_be_unclean(std::string_view text) {
  if (text.size() < sizeof(Octets)) {
    return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; });
  }
  const std::size_t last = text.size() - sizeof(Octets);
  Octets controls = below_space(octets_at(text.data() + last));
  for (std::size_t at = 0; at < last; at += sizeof(Octets)) {
    controls |= below_space(octets_at(text.data() + at));
  }
  return controls != 0;
}

// RFC 3261 §7: "The start-line, each message-header line, and the empty line MUST be terminated by a
// carriage-return line-feed sequence (CRLF)", whatever they came with. Between `begin` and `end` of `out`.
void end_lines(std::string& out, std::size_t begin, std::size_t end) {
  std::string lines;
  for (std::size_t at = begin; at < end; ++at) {
    if (out[at] == '\n' && !lines.ends_with('\r')) lines += '\r';
    lines += out[at];
  }
  out.replace(begin, end - begin, lines);
}

}  // namespace

void append_clean(std::string& out, std::string_view piece) {
  const std::size_t begin = out.size();
  out.append(piece);
  clean_from(out, begin);
}

char* copy_clean(std::string_view piece, char* out) {
  if (may_be_unclean(piece)) return std::transform(piece.begin(), piece.end(), out, clean);
  return std::copy(piece.begin(), piece.end(), out);
}

void clean_from(std::string& out, std::size_t begin) {
  if (!may_be_unclean(std::string_view{out}.substr(begin))) return;
  const auto first = out.begin() + static_cast<std::ptrdiff_t>(begin);
  std::transform(first, out.end(), first, clean);
}

void append_field(std::string& out, std::string_view name, Pieces pieces) {
  const std::size_t begin = out.size();
  std::size_t size = name.size() + 4;
  for (const std::string_view piece : pieces) size += piece.size();
  out.resize(begin + size);
  char* at = copy_clean(name, out.data() + begin);
  *at++ = ':';
  *at++ = ' ';
  for (const std::string_view piece : pieces) at = copy_clean(piece, at);
  *at++ = '\r';
  *at++ = '\n';
}

void Edits::insert_field(std::uint32_t offset, std::string_view name, Pieces pieces) {
  const std::size_t text_begin = inserted_.size();
  append_field(inserted_, name, pieces);
  add({offset, 0}, text_begin);
}

void Edits::replace(Range range, Pieces pieces) {
  const std::size_t text_begin = inserted_.size();
  for (const std::string_view piece : pieces) append_clean(inserted_, piece);
  add(range, text_begin);
}

void Edits::remove_field(const Field& field) {
  add(field.line, inserted_.size());
}

void Edits::remove_value(const Message& message, const Values::Value& value) {
  const Range whole = value.field->value;
  const std::string_view text = message.at(whole);
  const Range range = message.range_of(value.text);
  std::size_t begin = range.begin - whole.begin;  // in `text`, like `end`
  std::size_t end = range.end() - whole.begin;

  // The comma and the white space behind a value go with it.
  while (end < text.size() && is_list_space(text[end])) ++end;

  // A value in front of this one may be gone already: then both are one edit.
  const auto before = std::find_if(edits_.begin(), edits_.end(), [&](const Edit& edit) {
    return edit.removed.size > 0 && edit.text_size == 0 && edit.removed.end() == range.begin;
  });
  if (before != edits_.end() && before->removed.begin >= whole.begin) {
    begin = before->removed.begin - whole.begin;
    edits_.erase(before);
  }

  // The last value takes the comma in front of it; the only one takes the line.
  if (end == text.size()) {
    while (begin > 0 && is_list_space(text[begin - 1])) --begin;
    if (begin == 0) return remove_field(*value.field);
  }
  add({whole.begin + static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end - begin)},
      inserted_.size());
}

void Edits::clear() {
  edits_.clear();
  inserted_.clear();
}

void Edits::add(Range removed, std::size_t text_begin) {
  // What is inserted at an offset comes out before what is removed or replaced there.
  const auto later =
      std::upper_bound(edits_.begin(), edits_.end(), removed, [](const Range& added, const Edit& edit) {
        if (added.begin != edit.removed.begin) return added.begin < edit.removed.begin;
        return added.size == 0 && edit.removed.size > 0;
      });
  edits_.insert(later, {removed, text_begin, inserted_.size() - text_begin});
}

void Edits::write(const Message& message, std::string& out) const {
  const std::string_view text = message.text();
  const std::size_t begin = out.size();
  out.reserve(begin + text.size() + inserted_.size());
  std::size_t copied = 0;
  for (const Edit& edit : edits_) {
    assert(edit.removed.begin >= copied && edit.removed.end() <= text.size());
    out.append(text, copied, edit.removed.begin - copied);
    out.append(inserted_, edit.text_begin, edit.text_size);
    copied = edit.removed.end();
  }
  out.append(text, copied, text.size() - copied);
  if (message.has_lone_lf()) end_lines(out, begin, out.size() - message.body().size());
}

}  // namespace flowgate::sip
