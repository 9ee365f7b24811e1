#include "transport/response_steering.h"

#include <linux/filter.h>
#include <sys/socket.h>

#include <cstdint>
#include <vector>

namespace flowgate::transport {
namespace {

// Where the mark may begin: behind a status line and "Via:SIP/2.0/UDP" with a host.
constexpr std::uint32_t first_place = 32, last_place = 192;
// There is no such socket: the kernel chooses by the addresses.
constexpr std::uint32_t no_socket = 0xffffffff;

class Filter {
 public:
  void add(int code, std::uint32_t value, std::size_t if_so = 0, std::size_t else_so = 0) {
    code_.push_back({static_cast<std::uint16_t>(code), static_cast<std::uint8_t>(if_so),
                     static_cast<std::uint8_t>(else_so), value});
  }
  void return_unless_equal(std::uint32_t value) {
    add(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
    add(BPF_RET | BPF_K, no_socket);
  }
  std::size_t size() const { return code_.size(); }
  void aim_at_end(std::size_t jump) { code_[jump].k = static_cast<std::uint32_t>(code_.size() - jump - 1); }
  bool attach(int socket) {
    const sock_fprog program{static_cast<unsigned short>(code_.size()), code_.data()};
    return ::setsockopt(socket, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program) == 0;
  }

 private:
  std::vector<sock_filter> code_;
};

// Four octets, as BPF_W loads them.
std::uint32_t word(std::string_view text) {
  std::uint32_t word = 0;
  for (const char octet : text.substr(0, 4)) word = word << 8 | static_cast<std::uint8_t>(octet);
  return word;
}

// The place goes into X. A datagram that ends on the way belongs to socket 0: that is what a load behind the
// end makes of it.
void find(Filter& filter, std::uint32_t begin_of_mark) {
  std::vector<std::size_t> found;
  for (std::uint32_t place = first_place; place <= last_place; ++place) {
    filter.add(BPF_LD | BPF_W | BPF_ABS, place);
    filter.add(BPF_JMP | BPF_JEQ | BPF_K, begin_of_mark, 0, 2);
    filter.add(BPF_LDX | BPF_IMM, place);
    found.push_back(filter.size());
    filter.add(BPF_JMP | BPF_JA, 0);
  }
  filter.add(BPF_RET | BPF_K, no_socket);
  for (const std::size_t jump : found) filter.aim_at_end(jump);
}

// The value of the hexadecimal digit behind X; what is none has some value.
void read_digit(Filter& filter, std::uint32_t offset) {
  filter.add(BPF_LD | BPF_B | BPF_IND, offset);
  filter.add(BPF_JMP | BPF_JGE | BPF_K, 'a', 0, 2);
  filter.add(BPF_ALU | BPF_SUB | BPF_K, 'a' - 10);
  filter.add(BPF_JMP | BPF_JA, 1);
  filter.add(BPF_ALU | BPF_SUB | BPF_K, '0');
}

}  // namespace

bool steer_responses(int socket, std::string_view mark) {
  Filter filter;
  filter.add(BPF_LD | BPF_W | BPF_ABS, 0);
  filter.return_unless_equal(word("SIP/"));
  find(filter, word(mark));
  const auto size = static_cast<std::uint32_t>(mark.size());
  for (std::uint32_t i = 4; i < size; ++i) {
    filter.add(BPF_LD | BPF_B | BPF_IND, i);
    filter.return_unless_equal(static_cast<std::uint8_t>(mark[i]));
  }
  read_digit(filter, size);
  filter.add(BPF_ALU | BPF_LSH | BPF_K, 4);
  filter.add(BPF_ST, 0);
  read_digit(filter, size + 1);
  filter.add(BPF_LDX | BPF_MEM, 0);
  filter.add(BPF_ALU | BPF_ADD | BPF_X, 0);
  filter.add(BPF_RET | BPF_A, 0);
  return filter.attach(socket);
}

}  // namespace flowgate::transport
