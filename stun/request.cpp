#include "stun/request.h"

#include <algorithm>

#include "stun/fingerprint.h"

namespace flowgate::stun {
namespace {

constexpr std::uint16_t binding_request = 0x0001;

// RFC 3489 §11.2.4: "change IP" and "change port".
constexpr std::uint32_t change_flags = 0x00000006;

std::uint16_t number16(std::string_view octets) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(octets[0]) << 8 |
                                    static_cast<unsigned char>(octets[1]));
}

std::uint32_t number32(std::string_view octets) {
  return std::uint32_t{number16(octets)} << 16 | number16(octets.substr(2));
}

struct Header {
  std::uint16_t type;
  std::uint16_t length;
  std::uint32_t cookie;
};

// RFC 5389 §6: "0 0", the type, the length without this header, the magic cookie, the transaction id.
std::optional<Header> parse_header(std::string_view datagram) {
  if (datagram.size() < header_size) return std::nullopt;
  const Header header{number16(datagram), number16(datagram.substr(2)), number32(datagram.substr(4))};
  if (header.type != binding_request) return std::nullopt;
  if (header.length % 4 != 0 || header.length != datagram.size() - header_size) return std::nullopt;
  return header;
}

struct Field {
  std::uint16_t type;
  std::string_view value;
};

// RFC 5389 §15: type, length of the value, value, padding to a multiple of four. Takes it off `rest`.
std::optional<Field> take_attribute(std::string_view& rest) {
  if (rest.size() < attribute_header_size) return std::nullopt;
  const std::size_t length = number16(rest.substr(2));
  const std::size_t padded = (length + 3) / 4 * 4;
  if (padded > rest.size() - attribute_header_size) return std::nullopt;
  const Field field{number16(rest), rest.substr(attribute_header_size, length)};
  rest.remove_prefix(attribute_header_size + padded);
  return field;
}

// We authenticate nobody: what belongs to credentials is understood and then ignored, as is all that an
// answer would carry (RFC 5389 §7.3: "known-but-unexpected attributes SHOULD be ignored").
bool is_understood(const Field& field, bool classic) {
  switch (static_cast<Attribute>(field.type)) {
    case Attribute::mapped_address:
    case Attribute::username:
    case Attribute::message_integrity:
    case Attribute::error_code:
    case Attribute::unknown_attributes:
    case Attribute::realm:
    case Attribute::nonce:
    case Attribute::message_integrity_sha256:
    case Attribute::password_algorithm:
    case Attribute::userhash:
    case Attribute::xor_mapped_address:
      return true;
    case Attribute::change_request:
      // RFC 5626 §8: "a limited version of a STUN server on the same interface and UDP port". RFC 5389 §12.2
      // takes the attribute for unknown; one that asks for no change can be granted all the same.
      return field.value.size() == 4 && (number32(field.value) & change_flags) == 0;
    case Attribute::source_address:
    case Attribute::changed_address:
    case Attribute::password:
    case Attribute::reflected_from:
      return classic;
    case Attribute::response_address:
      // RFC 3489 §12.1: an answer to where the request did not come from would let anybody aim us at others.
      return false;
    case Attribute::fingerprint:
      break;
  }
  return !must_be_understood(field.type);
}

// RFC 5389 §15.4, RFC 8489 §14.5 and §14.6: what follows a MESSAGE-INTEGRITY is ignored, but for a
// MESSAGE-INTEGRITY-SHA256 and a FINGERPRINT. Both are understood, so neither changes the list.
bool ends_the_covered_part(std::uint16_t type) {
  return type == static_cast<std::uint16_t>(Attribute::message_integrity) ||
         type == static_cast<std::uint16_t>(Attribute::message_integrity_sha256);
}

}  // namespace

void UnknownAttributes::add(std::uint16_t type) {
  if (size_ == max || std::ranges::find(types(), type) != types().end()) return;
  types_[size_++] = type;
}

std::optional<Request> parse_request(std::string_view datagram) {
  const auto header = parse_header(datagram);
  if (!header) return std::nullopt;

  Request request;
  request.transaction = datagram.substr(4, 16);
  request.classic = header->cookie != magic_cookie;
  bool covered = true;
  for (std::string_view rest = datagram.substr(header_size); !rest.empty();) {
    const std::size_t at = datagram.size() - rest.size();
    const auto field = take_attribute(rest);
    if (!field) return std::nullopt;
    if (field->type == static_cast<std::uint16_t>(Attribute::fingerprint)) {
      // RFC 5389 §15.5: "the FINGERPRINT attribute MUST be the last attribute in the message".
      if (!rest.empty() || field->value.size() != 4) return std::nullopt;
      if (number32(field->value) != fingerprint(datagram.substr(0, at))) return std::nullopt;
      request.fingerprint = true;
    } else if (covered && !is_understood(*field, request.classic)) {
      request.unknown.add(field->type);
    }
    if (ends_the_covered_part(field->type)) covered = false;
  }
  return request;
}

}  // namespace flowgate::stun
