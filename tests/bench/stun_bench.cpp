#include <benchmark/benchmark.h>

#include <array>
#include <string_view>

#include "count_allocations.h"
#include "stun/stun.h"

namespace flowgate::stun {
namespace {

using namespace std::string_view_literals;

// RFC 5626 §8: the keepalive, a Binding request without attributes.
constexpr auto keepalive =
    "\x00\x01\x00\x00\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"sv;

// The same with SOFTWARE ("test") and a FINGERPRINT that does not match: to be met with silence.
constexpr auto with_fingerprint =
    "\x00\x01\x00\x10\x21\x12\xa4\x42\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"
    "\x80\x22\x00\x04test\x80\x28\x00\x04\x00\x00\x00\x00"sv;

void respond(benchmark::State& state, std::string_view request, const Endpoint& remote, bool answered) {
  std::array<char, max_response_bytes> out;
  const bench::CountAllocations count{state};
  for (auto _ : state) {
    benchmark::DoNotOptimize(request);
    const std::size_t size = stun::respond(request, remote, out);
    benchmark::DoNotOptimize(out);
    if ((size != 0) != answered) return state.SkipWithError("not the expected answer");
  }
}
BENCHMARK_CAPTURE(respond, keepalive, keepalive, *Endpoint::from("198.51.100.7", 40000), true)
    ->Name("stun/respond/ipv4");
BENCHMARK_CAPTURE(respond, keepalive_v6, keepalive, *Endpoint::from("2001:db8::7", 40000), true)
    ->Name("stun/respond/ipv6");
BENCHMARK_CAPTURE(respond, wrong_fingerprint, with_fingerprint, *Endpoint::from("198.51.100.7", 40000), false)
    ->Name("stun/respond/wrong_fingerprint");

}  // namespace
}  // namespace flowgate::stun
