// A record as it stands in Redis and in what is published (scripts.h), and back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "registrar/location_service.h"

namespace flowgate::redis {

// "VERSION OCTETS"
struct StoredRecord {
  std::uint64_t version = 0;
  std::string_view octets;
  // "" is no record: version 0. Nothing for what flowgate does not write.
  static std::optional<StoredRecord> parse(std::string_view text);
};

// "VERSION WRITER CAUSE LENGTH AORoctets"
struct RecordMessage {
  std::uint64_t version = 0;
  std::string_view writer;
  registrar::Cause cause = registrar::Cause::request;
  std::string_view aor;
  std::string_view octets;  // empty: the record is gone
  static std::optional<RecordMessage> parse(std::string_view text);
};

// What stands between version and octets of a message.
std::string message_head(std::string_view writer, registrar::Cause cause, std::string_view aor);

}  // namespace flowgate::redis
