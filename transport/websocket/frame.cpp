#include "transport/websocket/frame.h"

#include <algorithm>
#include <cstring>

namespace flowgate::transport {
namespace {

constexpr unsigned final_bit = 0x80, reserved_bits = 0x70, opcode_bits = 0x0f;
constexpr unsigned mask_bit = 0x80, length_bits = 0x7f;
constexpr unsigned length_in_2 = 126, length_in_8 = 127;
constexpr std::size_t mask_bytes = 4;

bool is_known(unsigned opcode) {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

unsigned octet_of(std::string_view octets, std::size_t index) {
  return static_cast<unsigned char>(octets[index]);
}

std::uint64_t number_of(std::string_view octets) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) number = number << 8 | octet_of(octets, i);
  return number;
}

void append_number(std::uint64_t number, std::size_t octets, std::string& out) {
  while (octets-- > 0) out += static_cast<char>(number >> 8 * octets & 0xff);
}

// §5.2: "the minimal number of bytes MUST be used to encode the length", and the topmost bit of eight is 0.
bool is_minimal(unsigned in_one, std::uint64_t payload) {
  if (in_one == length_in_2) return payload >= length_in_2;
  if (in_one == length_in_8) return payload > 0xffff && payload >> 63 == 0;
  return true;
}

}  // namespace

FrameHead read_frame_head(std::string_view octets) {
  constexpr FrameHead broken{.kind = FrameHeadKind::broken};
  if (octets.empty()) return {};
  const unsigned first = octet_of(octets, 0);
  if ((first & reserved_bits) != 0 || !is_known(first & opcode_bits)) return broken;
  FrameHead head;
  head.opcode = static_cast<Opcode>(first & opcode_bits);
  head.final = (first & final_bit) != 0;
  if (octets.size() < 2) return {};
  const unsigned second = octet_of(octets, 1);
  const unsigned in_one = second & length_bits;
  if ((second & mask_bit) == 0) return broken;
  if (is_control(head.opcode) && (!head.final || in_one > max_control_bytes)) return broken;
  const std::size_t length_bytes = in_one == length_in_2 ? 2 : in_one == length_in_8 ? 8 : 0;
  head.size = 2 + length_bytes + mask_bytes;
  if (octets.size() < head.size) return {};
  head.payload = length_bytes == 0 ? in_one : number_of(octets.substr(2, length_bytes));
  if (!is_minimal(in_one, head.payload)) return broken;
  std::copy_n(octets.data() + 2 + length_bytes, mask_bytes, head.mask.data());
  head.kind = FrameHeadKind::whole;
  return head;
}

void unmask(std::span<char> payload, const std::array<char, 4>& mask) {
  std::uint64_t both = 0;
  std::memcpy(&both, mask.data(), mask.size());
  std::memcpy(reinterpret_cast<char*>(&both) + mask.size(), mask.data(), mask.size());
  std::size_t i = 0;
  for (; i + sizeof both <= payload.size(); i += sizeof both) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, &payload[i], sizeof eight);
    eight ^= both;
    std::memcpy(&payload[i], &eight, sizeof eight);
  }
  for (; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % mask.size()]);
}

void append_frame(Opcode opcode, std::string_view payload, std::string& out) {
  out += static_cast<char>(final_bit | static_cast<unsigned>(opcode));
  if (payload.size() < length_in_2) {
    append_number(payload.size(), 1, out);
  } else if (payload.size() <= 0xffff) {
    append_number(length_in_2, 1, out);
    append_number(payload.size(), 2, out);
  } else {
    append_number(length_in_8, 1, out);
    append_number(payload.size(), 8, out);
  }
  out += payload;
}

void append_close(CloseCode code, std::string& out) {
  std::string payload;
  append_number(static_cast<std::uint16_t>(code), 2, payload);
  append_frame(Opcode::close, payload, out);
}

}  // namespace flowgate::transport
