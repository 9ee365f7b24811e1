// Octets as a STUN datagram: RFC 5389, RFC 3489.
#include <array>

#include "fuzz/fuzz.h"
#include "stun/request.h"
#include "stun/stun.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowgate;
  using fuzz::require;
  const std::string_view datagram = fuzz::text_of(data, size);
  for (const char* address : {"192.0.2.1", "2001:db8::1"}) {
    const Endpoint remote = Endpoint::from(address, 32853).value();
    std::array<char, stun::max_response_bytes> out;
    const std::size_t answer_size = stun::respond(datagram, remote, out);
    if (answer_size == 0) continue;
    require(answer_size <= out.size() && answer_size % 4 == 0, "an answer has a STUN size");
    require(answer_size <= 3 * size + 8, "an answer is no amplifier");
    const std::string_view answer{out.data(), answer_size};
    require(answer[0] == 1 && (answer[1] == 0x01 || answer[1] == 0x11), "an answer is a Binding response");
    require(answer.substr(4, 16) == datagram.substr(4, 16), "an answer has the transaction of its request");
    const auto length = static_cast<unsigned char>(answer[2]) * 256u + static_cast<unsigned char>(answer[3]);
    require(length + stun::header_size == answer_size, "an answer says how long it is");
    require(stun::respond(answer, remote, out) == 0, "no answer is answered");
  }
  return 0;
}
