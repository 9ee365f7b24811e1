#include "sip/message.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <limits>
#include <optional>

#include "sip/edits.h"
#include "sip/field_line.h"
#include "sip/octets.h"
#include "sip/start_line.h"
#include "sip/text.h"

namespace flowgate::sip {
namespace {

// An index has 16 bits.
constexpr std::size_t most_fields = 0xffff;

// Turns CR and LF into spaces. False when there was a control character that may not stand there: a CR that
// ends no line, or any other outside a quoted-pair (quoted-pair = "\" (%x00-09 / %x0B-0C / %x0E-7F), RFC 3261
// §25.1).
bool unfold(std::span<char> line) {
  bool allowed = true, quoted = false, escaped = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '\r' || c == '\n') {
      // The line's own end is not part of `line`, so an LF in it is always a fold's.
      if (c == '\r' && (i + 1 == line.size() || line[i + 1] != '\n')) allowed = false;
      line[i] = ' ';
    } else if (!escaped && c != '\t' && is_control(c)) {
      allowed = false;
    }
    if (c == '"' && !escaped) quoted = !quoted;
    escaped = quoted && !escaped && c == '\\';
  }
  return allowed;
}

}  // namespace

// Fills in a Message from the front of its text to the end.
class Message::Parser {
 public:
  // `message`: a fresh one.
  Parser(std::span<char> text, const Limits& limits, Message& message)
      : text_(text), limits_(limits), message_(message) {}

  std::optional<Error> parse() {
    if (text_.size() > std::numeric_limits<std::uint32_t>::max()) return Error::too_large;
    message_.base_ = text_.data();
    if (const auto error = start_line()) return error;
    if (const auto error = fields()) return error;
    // Most messages have no control characters, not even HT, but those at the ends of their lines: nothing to
    // unfold, and nothing forbidden.
    if (!plain_) unfold_lines();
    look_for_lone_lf();
    return body();
  }

 private:
  std::optional<Error> start_line();
  std::optional<Error> fields();
  void add(const Field& field);
  void chain(Header header);
  void content_length(std::string_view value);
  void unfold_lines();
  void look_for_lone_lf();
  std::optional<Error> body();

  // What the start line and the header fields may take up.
  std::string_view head() const { return {text_.data(), std::min(text_.size(), limits_.header_bytes)}; }
  Error header_unfinished() const {
    return text_.size() > limits_.header_bytes ? Error::too_large : Error::incomplete;
  }
  Range range_of(std::string_view view) const {
    return {static_cast<std::uint32_t>(view.data() - text_.data()), static_cast<std::uint32_t>(view.size())};
  }
  void defect(Error error) {
    if (!message_.defect_) message_.defect_ = error;
  }

  std::span<char> text_;
  const Limits& limits_;
  Message& message_;
  std::optional<std::uint32_t> content_length_;
  bool plain_ = true;  // all lines that were read, are as FieldLine::plain says
  std::array<std::uint16_t, static_cast<std::size_t>(Header::last) + 1> last_{};  // like Message::first_
};

std::optional<Error> Message::Parser::start_line() {
  const std::string_view text = head();
  std::size_t end = find_control(text, 0);
  plain_ = text.substr(end).starts_with("\r\n");
  if (!plain_) end = std::min(text.find('\n', end), text.size());
  const std::size_t size = end + empty_line(text, end);
  const std::string_view line = without_line_end(text.substr(0, size));
  const auto parsed = StartLine::parse(line);
  if (!parsed) return Error::not_sip;
  if (size == end) return header_unfinished();

  message_.status_ = parsed->status;
  message_.method_ = method_from(parsed->method);
  message_.method_text_ = range_of(parsed->method);
  message_.request_uri_ = range_of(parsed->request_uri);
  message_.reason_ = range_of(parsed->reason);
  message_.version_is_2_0_ = parsed->version_is_2_0;
  message_.fields_begin_ = static_cast<std::uint32_t>(size);
  if (!parsed->well_formed) defect(Error::bad_start_line);
  return std::nullopt;
}

std::optional<Error> Message::Parser::fields() {
  const std::string_view text = head();
  std::uint32_t begin = message_.fields_begin_;
  while (empty_line(text, begin) == 0) {
    Field field;
    const FieldLine line = read_field_line(text, begin, field);
    if (line == FieldLine::unfinished) return header_unfinished();
    if (message_.fields_.size() == std::min(limits_.fields, most_fields)) return Error::too_large;
    if (line != FieldLine::plain) plain_ = false;
    add(field);
    begin = field.line.end();
  }
  message_.fields_end_ = begin;
  message_.body_.begin = begin + static_cast<std::uint32_t>(empty_line(text, begin));
  return std::nullopt;
}

void Message::Parser::add(const Field& field) {
  message_.fields_.push_back(field);
  chain(field.header);
  if (field.name.size == 0) defect(Error::bad_field);
  if (field.header == Header::content_length) content_length(message_.value(field));
}

// Hangs the last field behind those of the same header.
void Message::Parser::chain(Header header) {
  const auto index = static_cast<std::uint16_t>(message_.fields_.size());
  const auto which = static_cast<std::size_t>(header);
  if (last_[which] == 0) {
    message_.first_[which] = index;
  } else {
    message_.fields_[last_[which] - 1U].next = index;
  }
  last_[which] = index;
}

void Message::Parser::content_length(std::string_view value) {
  const auto length = parse_number(value);
  // RFC 3261 §20.14: Content-Length = 1*DIGIT, and one only; two that differ leave the end of the body open.
  if (!length || (content_length_ && *content_length_ != *length)) return defect(Error::bad_number);
  content_length_ = length;
}

void Message::Parser::unfold_lines() {
  const auto line_of = [this](Range line) {
    return text_.subspan(line.begin, without_line_end(message_.at(line)).size());
  };
  if (!unfold(line_of({0, message_.fields_begin_}))) defect(Error::bad_start_line);
  for (const Field& field : message_.fields_) {
    if (!unfold(line_of(field.line))) defect(Error::bad_field);
  }
}

void Message::Parser::look_for_lone_lf() {
  const bool plain_end = message_.body_.begin - message_.fields_end_ == 2;
  message_.has_lone_lf_ = !plain_end;
  if (plain_ || !plain_end) return;
  const auto has_crlf = [this](Range line) { return message_.at(line).ends_with("\r\n"); };
  message_.has_lone_lf_ =
      !has_crlf({0, message_.fields_begin_}) ||
      !std::ranges::all_of(message_.fields_, [&](const Field& field) { return has_crlf(field.line); });
}

// RFC 3261 §18.3: octets behind the body are discarded; a body that is cut short is an error.
std::optional<Error> Message::Parser::body() {
  const auto available = static_cast<std::uint32_t>(text_.size()) - message_.body_.begin;
  const std::uint32_t length = content_length_.value_or(available);
  if (length > available) defect(Error::bad_number);
  message_.body_.size = std::min(length, available);
  message_.end_ = message_.body_.end();
  if (message_.end_ > limits_.message_bytes) return Error::too_large;
  return std::nullopt;
}

// Not in the class: else room for fields would be filled with zeros.
Message::Message() = default;

Result<Message> Message::parse(std::span<char> text, const Limits& limits) {
  // RFC 3261 §7.5: CRLFs before the start line are ignored.
  const auto start = std::find_if(text.begin(), text.end(), [](char c) { return c != '\r' && c != '\n'; });
  Result<Message> message;
  Parser parser{text.subspan(static_cast<std::size_t>(start - text.begin())), limits, *message};
  if (const auto error = parser.parse()) message = *error;
  return message;
}

Range Message::version_range() const {
  constexpr std::uint32_t size = 7;  // "SIP/2.0"
  return {is_request() ? request_uri_.end() + 1 : 0, size};
}

std::string_view Message::value(Header header) const {
  const Field* field = find(header);
  return field ? value(*field) : std::string_view{};
}

std::size_t Message::count(Header header) const {
  std::size_t count = 0;
  for (const Field* field = find(header); field; field = behind(*field)) ++count;
  return count;
}

Range Message::range_of(std::string_view view) const {
  assert(view.data() >= base_ && view.data() + view.size() <= base_ + end_);
  return {static_cast<std::uint32_t>(view.data() - base_), static_cast<std::uint32_t>(view.size())};
}

Message Message::moved_to(const char* base) const {
  Message moved = *this;
  moved.base_ = base;
  return moved;
}

Message Message::spliced_at(const char* base, Range replaced, std::uint32_t size) const {
  Message spliced = moved_to(base);
  const std::uint32_t grown = size - replaced.size;  // modulo 2^32 when it shrinks
  const auto shift = [&](Range& range) {
    if (range.begin >= replaced.end() && range.begin != replaced.begin) {
      range.begin += grown;
    } else if (range.end() >= replaced.end() && range.begin <= replaced.begin) {
      range.size += grown;
    }
  };
  for (Field& field : spliced.fields_) {
    if (field.line.end() <= replaced.begin) continue;
    if (field.line.begin > replaced.end()) {
      for (Range* range : {&field.name, &field.value, &field.line}) range->begin += grown;
      continue;
    }
    shift(field.name);
    shift(field.value);
    shift(field.line);
  }
  spliced.body_.begin += grown;
  spliced.fields_end_ += grown;
  spliced.end_ += grown;
  return spliced;
}

StoredMessage::StoredMessage(const Message& message)
    : text_(new char[message.text().size()]), message_(message.moved_to(text_.get())) {
  std::memcpy(text_.get(), message.text().data(), message.text().size());
}

StoredMessage::StoredMessage(const Message& message, Range replaced, std::string_view text)
    : text_(new char[message.text().size() - replaced.size + text.size()]),
      message_(message.spliced_at(text_.get(), replaced, static_cast<std::uint32_t>(text.size()))) {
  const std::string_view whole = message.text();
  char* out = std::copy_n(whole.data(), replaced.begin, text_.get());
  out = copy_clean(text, out);
  std::copy(whole.begin() + replaced.end(), whole.end(), out);
}

}  // namespace flowgate::sip
