#include "registrar/redis/record_message.h"

#include <charconv>

namespace flowgate::redis {
namespace {

// Up to the next blank, which goes too.
std::string_view cut_word(std::string_view& text) {
  const std::size_t blank = text.find(' ');
  const std::string_view word = text.substr(0, blank);
  text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
  return word;
}

std::optional<std::uint64_t> cut_number(std::string_view& text) {
  const std::string_view word = cut_word(text);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<StoredRecord> StoredRecord::parse(std::string_view text) {
  if (text.empty()) return StoredRecord{};
  const auto version = cut_number(text);
  if (!version || *version == 0 || text.empty()) return std::nullopt;
  return StoredRecord{*version, text};
}

std::optional<RecordMessage> RecordMessage::parse(std::string_view text) {
  RecordMessage message;
  const auto version = cut_number(text);
  message.writer = cut_word(text);
  const auto cause = cut_number(text);
  const auto length = cut_number(text);
  if (!version || *version == 0 || !cause || *cause > 2 || !length || *length > text.size())
    return std::nullopt;
  message.version = *version;
  message.cause = static_cast<registrar::Cause>(*cause);
  message.aor = text.substr(0, *length);
  message.octets = text.substr(*length);
  return message;
}

std::string message_head(std::string_view writer, registrar::Cause cause, std::string_view aor) {
  std::string head = " ";
  head += writer;
  head += ' ';
  head += std::to_string(static_cast<unsigned>(cause));
  head += ' ';
  head += std::to_string(aor.size());
  head += ' ';
  head += aor;
  return head;
}

}  // namespace flowgate::redis
