#include <benchmark/benchmark.h>

#include <string>

#include "count_allocations.h"
#include "flowtoken/token.h"

namespace flowgate {
namespace {

FlowTokens tokens() {
  TokenKey key{7, {}};
  for (std::size_t i = 0; i < key.secret.size(); ++i) key.secret[i] = static_cast<std::uint8_t>(i * 37 + 1);
  return FlowTokens{TokenKeys::from({key})};
}

Flow udp_flow() {
  return {Protocol::udp, *Endpoint::from("192.0.2.1", 5060), *Endpoint::from("198.51.100.7", 40000), 0};
}

Flow tls_v6_flow() {
  return {Protocol::tls, *Endpoint::from("2001:db8::1", 5061), *Endpoint::from("2001:db8:ffff::7", 40000),
          0x123456789a02};
}

void mint(benchmark::State& state, const Flow& flow) {
  auto minter = tokens();
  std::string out;
  minter.mint(flow, Dialect::rfc, out);  // makes room once
  const bench::CountAllocations count{state};
  for (auto _ : state) {
    out.clear();
    minter.mint(flow, Dialect::rfc, out);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
}
BENCHMARK_CAPTURE(mint, udp, udp_flow())->Name("flowtoken/mint/udp");
BENCHMARK_CAPTURE(mint, tls_v6, tls_v6_flow())->Name("flowtoken/mint/tls_ipv6");

void verify(benchmark::State& state, const Flow& flow) {
  auto verifier = tokens();
  std::string token;
  verifier.mint(flow, Dialect::rfc, token);
  const bench::CountAllocations count{state};
  for (auto _ : state) {
    auto verified = verifier.verify(token);
    benchmark::DoNotOptimize(verified);
    if (!verified) return state.SkipWithError("does not verify");
  }
}
BENCHMARK_CAPTURE(verify, udp, udp_flow())->Name("flowtoken/verify/udp");
BENCHMARK_CAPTURE(verify, tls_v6, tls_v6_flow())->Name("flowtoken/verify/tls_ipv6");

// What an attacker makes us work for.
void verify_forged(benchmark::State& state) {
  auto verifier = tokens();
  std::string token;
  verifier.mint(udp_flow(), Dialect::rfc, token);
  token.back() = token.back() == 'A' ? 'Q' : 'A';
  const bench::CountAllocations count{state};
  for (auto _ : state) {
    auto verified = verifier.verify(token);
    benchmark::DoNotOptimize(verified);
    if (verified) return state.SkipWithError("verifies");
  }
}
BENCHMARK(verify_forged)->Name("flowtoken/verify/forged");

}  // namespace
}  // namespace flowgate
