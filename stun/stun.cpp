#include "stun/stun.h"

#include <cstdint>

#include "stun/fingerprint.h"
#include "stun/request.h"

namespace flowgate::stun {
namespace {

constexpr std::uint16_t binding_success_response = 0x0101;
constexpr std::uint16_t binding_error_response = 0x0111;

// RFC 3489 §11.2.9 wants a multiple of four octets, filled up with blanks; in RFC 5389 they are the padding.
constexpr std::string_view unknown_attribute_reason = "Unknown Attribute   ";
constexpr std::size_t unknown_attribute_length = 17;

constexpr std::size_t address_value_size(bool v6) {
  return v6 ? 20 : 8;
}
constexpr std::size_t fingerprint_size = attribute_header_size + 4;
constexpr std::size_t max_success_size =
    header_size + attribute_header_size + address_value_size(true) + fingerprint_size;
constexpr std::size_t max_error_size = header_size + attribute_header_size + 4 +
                                       unknown_attribute_reason.size() + attribute_header_size +
                                       2 * UnknownAttributes::max + fingerprint_size;
static_assert(max_success_size <= max_response_bytes && max_error_size <= max_response_bytes);
static_assert(UnknownAttributes::max % 2 == 0, "so that the repeated one has room");

class Response {
 public:
  Response(std::span<char, max_response_bytes> out, std::uint16_t type, const Request& request)
      : out_(out), transaction_(request.transaction) {
    number(type, 2);
    number(0, 2);
    octets(transaction_);
  }

  void attribute(Attribute type, std::size_t length) {
    number(static_cast<std::uint16_t>(type), 2);
    number(length, 2);
  }
  void number(std::uint64_t value, std::size_t width) {
    for (std::size_t i = width; i-- > 0;) out_[size_++] = static_cast<char>(value >> (8 * i));
  }
  void octets(std::string_view octets) { size_ += octets.copy(out_.data() + size_, octets.size()); }

  // RFC 5389 §15.1: MAPPED-ADDRESS holds zero, the family, the port, the address.
  // RFC 5389 §15.2: XOR-MAPPED-ADDRESS the same with the port XOR'ed with the top half of the magic cookie,
  // and the address with magic cookie and transaction id.
  void address(const Endpoint& endpoint, bool classic) {
    attribute(classic ? Attribute::mapped_address : Attribute::xor_mapped_address,
              address_value_size(endpoint.v6));
    number(endpoint.v6 ? 2 : 1, 2);
    number(classic ? endpoint.port : endpoint.port ^ magic_cookie >> 16, 2);
    for (std::size_t i = 0; i < (endpoint.v6 ? 16 : 4); ++i) {
      number(classic ? endpoint.ip[i] : endpoint.ip[i] ^ static_cast<unsigned char>(transaction_[i]), 1);
    }
  }

  // RFC 5389 §15.6: two octets of zero, the hundreds, the rest of the code, the reason phrase.
  void unknown_attribute_error(bool classic) {
    const std::size_t reason = classic ? unknown_attribute_reason.size() : unknown_attribute_length;
    attribute(Attribute::error_code, 4 + reason);
    number(4 << 8 | 20, 4);
    octets(unknown_attribute_reason);
  }

  // RFC 3489 §11.2.10: "If the number of unknown attributes is an odd number, one of the attributes MUST be
  // repeated in the list". In RFC 5389 §15.9 the same two octets are padding.
  void unknown_attributes(std::span<const std::uint16_t> types, bool classic) {
    const bool odd = types.size() % 2 != 0;
    attribute(Attribute::unknown_attributes, 2 * (types.size() + (odd && classic ? 1 : 0)));
    for (const std::uint16_t type : types) number(type, 2);
    if (odd) number(classic ? types.front() : 0, 2);
  }

  std::size_t finish(bool with_fingerprint) {
    const std::size_t length = size_ - header_size + (with_fingerprint ? fingerprint_size : 0);
    out_[2] = static_cast<char>(length >> 8);
    out_[3] = static_cast<char>(length);
    if (with_fingerprint) {
      const std::uint32_t crc = fingerprint({out_.data(), size_});
      attribute(Attribute::fingerprint, 4);
      number(crc, 4);
    }
    return size_;
  }

 private:
  std::span<char, max_response_bytes> out_;
  std::string_view transaction_;
  std::size_t size_ = 0;
};

}  // namespace

std::size_t respond(std::string_view datagram, const Endpoint& remote,
                    std::span<char, max_response_bytes> out) {
  const auto request = parse_request(datagram);
  if (!request) return 0;
  // RFC 5389 §7.3.1: unknown comprehension-required attributes are answered 420 (Unknown Attribute).
  if (!request->unknown.empty()) {
    Response response(out, binding_error_response, *request);
    response.unknown_attribute_error(request->classic);
    response.unknown_attributes(request->unknown.types(), request->classic);
    return response.finish(request->fingerprint);
  }
  // RFC 5389 §12.2: without the magic cookie "a MAPPED-ADDRESS attribute instead of an XOR-MAPPED-ADDRESS".
  Response response(out, binding_success_response, *request);
  response.address(remote, request->classic);
  return response.finish(request->fingerprint);
}

}  // namespace flowgate::stun
