#include "registrar/gruu_plaintext.h"

#include <array>
#include <boost/endian/conversion.hpp>
#include <cassert>
#include <cstring>

#include "registrar/instance_id.h"

namespace flowgate::registrar {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view uuid_prefix = "urn:uuid:";
constexpr std::size_t uuid_text_size = 36, uuid_size = 16;
constexpr std::size_t least_size = 48, padding = 64;
constexpr unsigned uuid_flag = 1, epoch_flag = 2;

bool is_dash(std::size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

using UuidOctets = std::array<char, uuid_size>;

constexpr std::uint8_t no_digit = 0xff;

// Of the digits that uuid_instance() writes.
constexpr auto digit_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  for (std::size_t i = 0; i < hex_digits.size(); ++i)
    values[static_cast<unsigned char>(hex_digits[i])] = static_cast<std::uint8_t>(i);
  return values;
}();

// The 16 octets of a UUID, from the one spelling that uuid_instance() gives back.
std::optional<UuidOctets> uuid_octets(std::string_view instance) {
  if (instance.size() != uuid_prefix.size() + uuid_text_size || !instance.starts_with(uuid_prefix))
    return std::nullopt;
  const char* at = instance.data() + uuid_prefix.size();
  UuidOctets octets;
  for (std::size_t i = 0; i < uuid_size; ++i) {
    if ((i == 4 || i == 6 || i == 8 || i == 10) && *at++ != '-') return std::nullopt;
    const std::uint8_t high = digit_values[static_cast<unsigned char>(*at++)];
    const std::uint8_t low = digit_values[static_cast<unsigned char>(*at++)];
    if ((high | low) == no_digit) return std::nullopt;
    octets[i] = static_cast<char>(high << 4 | low);
  }
  return octets;
}

std::string uuid_instance(std::string_view octets) {
  std::string instance{uuid_prefix};
  for (const char c : octets) {
    if (is_dash(instance.size() - uuid_prefix.size())) instance += '-';
    const auto octet = static_cast<unsigned char>(c);
    instance += {hex_digits[octet >> 4], hex_digits[octet & 15]};
  }
  return instance;
}

template <class Number>
void append_number(std::string& out, Number value) {
  std::array<char, sizeof value> octets;
  const Number in_network_order = boost::endian::native_to_big(value);
  std::memcpy(octets.data(), &in_network_order, octets.size());
  out.append(octets.data(), octets.size());
}

void append_with_length(std::string& out, std::string_view text) {
  assert(text.size() <= 0xffff);
  append_number(out, static_cast<std::uint16_t>(text.size()));
  out += text;
}

// Takes pieces off the front. What is not there any more makes it fail, for good.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::string_view take(std::size_t size) {
    failed_ = failed_ || size > rest_.size();
    if (failed_) return {};
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint64_t number(std::size_t octets) {
    std::uint64_t value = 0;
    for (const char c : take(octets)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  bool failed() const { return failed_; }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

void write_gruu_plaintext(std::string_view instance, std::optional<std::uint64_t> epoch,
                          std::string_view user, std::string& out) {
  // The canonical form of an instance-id is longer or different only where it is not such a UUID.
  auto uuid = uuid_octets(instance);
  const std::string canonical = uuid ? std::string{} : canonical_instance(instance);
  if (!uuid) uuid = uuid_octets(canonical);
  const std::size_t begin = out.size();
  out += static_cast<char>((uuid ? uuid_flag : 0) | (epoch ? epoch_flag : 0));
  if (epoch) append_number(out, *epoch);
  if (uuid) {
    out.append(uuid->data(), uuid->size());
  } else {
    append_with_length(out, canonical);
  }
  append_with_length(out, user);
  const std::size_t size = out.size() - begin;
  out.resize(begin + (size <= least_size ? least_size : (size + padding - 1) / padding * padding));
}

std::optional<EncryptedGruu> read_gruu_plaintext(std::string_view plaintext, std::string_view domain) {
  Reader reader{plaintext};
  EncryptedGruu gruu;
  const std::uint64_t flags = reader.number(1);
  if (flags & epoch_flag) gruu.epoch = reader.number(8);
  gruu.instance =
      flags & uuid_flag ? uuid_instance(reader.take(uuid_size)) : std::string{reader.take(reader.number(2))};
  gruu.aor = reader.take(reader.number(2));
  if (reader.failed()) return std::nullopt;
  gruu.aor += '@';
  gruu.aor += domain;
  return gruu;
}

}  // namespace flowgate::registrar
