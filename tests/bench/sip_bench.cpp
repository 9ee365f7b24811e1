#include <benchmark/benchmark.h>

#include <string>
#include <string_view>

#include "count_allocations.h"
#include "sip/address.h"
#include "sip/edits.h"
#include "sip/message.h"
#include "sip/uri.h"
#include "sip/value.h"
#include "sip/via.h"

namespace flowgate::sip {
namespace {

// As baresip sends it with outbound and ICE.
constexpr std::string_view register_text =
    "REGISTER sip:example.com;transport=tcp SIP/2.0\r\n"
    "Via: SIP/2.0/TCP 10.0.2.15:42307;branch=z9hG4bK7d5e2c8b6f0a91e4;rport;alias\r\n"
    "Contact: <sip:alice-0x55d0c2f8a3b0@10.0.2.15:42307;transport=tcp>;expires=3600;"
    "+sip.instance=\"<urn:uuid:3c0ca9a6-2a4c-4d0c-9a3c-6b1f5c7d8e9f>\";reg-id=1\r\n"
    "Max-Forwards: 70\r\n"
    "Route: <sip:edge.example.com;transport=tcp;lr;ob>\r\n"
    "To: <sip:alice@example.com>\r\n"
    "From: <sip:alice@example.com>;tag=7f3f0b5a9c1d2e48\r\n"
    "Call-ID: 2a1e9c7f4b6d8035\r\n"
    "CSeq: 2 REGISTER\r\n"
    "User-Agent: baresip v3.6.0 (x86_64/Linux)\r\n"
    "Supported: gruu,outbound,path,replaces\r\n"
    "Allow: INVITE,ACK,BYE,CANCEL,OPTIONS,NOTIFY,SUBSCRIBE,INFO,MESSAGE,UPDATE,REFER\r\n"
    "Content-Length: 0\r\n"
    "\r\n";

constexpr std::string_view invite_head =
    "INVITE sip:bob@example.com SIP/2.0\r\n"
    "Via: SIP/2.0/TCP p4.example.net;branch=z9hG4bK8c1f0e2d3b4a5968\r\n"
    "Via: SIP/2.0/UDP "
    "p3.example.net:5060;branch=z9hG4bK1b2c3d4e5f60718.1;received=198.51.100.3;rport=5060\r\n"
    "Via: SIP/2.0/UDP p2.atlanta.example;branch=z9hG4bK77ef4c2312983.1;received=198.51.100.2\r\n"
    "Via: SIP/2.0/TLS p1.atlanta.example:5061;branch=z9hG4bK2d4790.1\r\n"
    "Via: SIP/2.0/TCP 10.0.2.15:42307;branch=z9hG4bKnashds8;rport=42307;received=203.0.113.77;alias\r\n"
    "Route: <sip:AcE1b2V4YW1wbGVmbG93dG9rZW5vZmFuZWRnZXByb3h5@edge.example.com;transport=tcp;lr>\r\n"
    "Route: <sip:p5.example.com;lr>\r\n"
    "Record-Route: <sip:p4.example.net;transport=tcp;lr>, <sip:p3.example.net;lr>\r\n"
    "Record-Route: <sip:p2.atlanta.example;lr>\r\n"
    "Record-Route: <sips:p1.atlanta.example;lr>\r\n"
    "Max-Forwards: 66\r\n"
    "From: \"Alice Liddell\" <sip:alice@atlanta.example>;tag=9fxced76sl\r\n"
    "To: Bob <sip:bob@example.com>\r\n"
    "Call-ID: 3848276298220188511@atlanta.example\r\n"
    "CSeq: 1 INVITE\r\n"
    "Contact: <sip:alice@atlanta.example;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6;ob>\r\n"
    "User-Agent: baresip v3.6.0 (x86_64/Linux)\r\n"
    "Allow: INVITE,ACK,BYE,CANCEL,OPTIONS,NOTIFY,SUBSCRIBE,INFO,MESSAGE,UPDATE,REFER\r\n"
    "Supported: gruu,outbound,path,replaces\r\n"
    "Content-Type: application/sdp\r\n";

constexpr std::string_view sdp =
    "v=0\r\n"
    "o=- 3736893201 1028410822 IN IP4 203.0.113.77\r\n"
    "s=-\r\n"
    "c=IN IP4 203.0.113.77\r\n"
    "t=0 0\r\n"
    "a=tool:baresip 3.6.0\r\n"
    "m=audio 23456 RTP/AVP 96 0 8 101\r\n"
    "a=rtpmap:96 opus/48000/2\r\n"
    "a=fmtp:96 stereo=1;sprop-stereo=1\r\n"
    "a=rtpmap:0 PCMU/8000\r\n"
    "a=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\n"
    "a=fmtp:101 0-15\r\n"
    "a=rtcp:23457\r\n"
    "a=sendrecv\r\n"
    "a=ptime:20\r\n";

std::string invite_text() {
  std::string text{invite_head};
  text.append("Content-Length: ").append(std::to_string(sdp.size())).append("\r\n\r\n").append(sdp);
  return text;
}

void parse_message(benchmark::State& state, std::string text) {
  {
    const bench::CountAllocations count{state};
    for (auto _ : state) {
      auto message = Message::parse(text, {});
      benchmark::DoNotOptimize(message);
      if (!message || message->defect()) return state.SkipWithError("does not parse");
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK_CAPTURE(parse_message, register_with_outbound, std::string{register_text})
    ->Name("sip/parse/register");
BENCHMARK_CAPTURE(parse_message, invite_with_five_vias, invite_text())->Name("sip/parse/invite");

template <class Parsed>
void parse_value(benchmark::State& state, std::string_view text) {
  const bench::CountAllocations count{state};
  for (auto _ : state) {
    benchmark::DoNotOptimize(text);
    auto value = Parsed::parse(text);
    benchmark::DoNotOptimize(value);
    if (!value) return state.SkipWithError("does not parse");
  }
}
void parse_uri(benchmark::State& state, std::string_view text) {
  parse_value<Uri>(state, text);
}
void parse_via(benchmark::State& state, std::string_view text) {
  parse_value<Via>(state, text);
}
void parse_address(benchmark::State& state, std::string_view text) {
  parse_value<Address>(state, text);
}
BENCHMARK_CAPTURE(parse_uri, uri, "sip:alice@atlanta.example:5070;transport=tcp;lr")->Name("sip/parse/uri");
BENCHMARK_CAPTURE(parse_uri, uri_v6, "sip:alice@[2001:db8::10]:5070;transport=tcp")
    ->Name("sip/parse/uri_ipv6");
BENCHMARK_CAPTURE(parse_via, via, "SIP/2.0/TCP 10.0.2.15:42307;branch=z9hG4bK7d5e2c8b6f0a91e4;rport;alias")
    ->Name("sip/parse/via");
BENCHMARK_CAPTURE(parse_address, route, "<sip:p4.example.net;transport=tcp;lr>")->Name("sip/parse/route");
BENCHMARK_CAPTURE(parse_address, contact,
                  "<sip:alice-0x55d0c2f8a3b0@10.0.2.15:42307;transport=tcp>;expires=3600;"
                  "+sip.instance=\"<urn:uuid:3c0ca9a6-2a4c-4d0c-9a3c-6b1f5c7d8e9f>\";reg-id=1")
    ->Name("sip/parse/contact");

// The dearest header that Limits lets through: as many parameters as there may be, their names alike to the
// last letters.
std::string hostile_contact() {
  std::string text = "<sip:a@b.example>";
  for (char i = 0; i < 64; ++i) {
    text.append(";").append(490, 'x').append(
        {static_cast<char>('a' + i / 26), static_cast<char>('a' + i % 26), 'x'});
  }
  return text;
}
const std::string hostile = hostile_contact();
BENCHMARK_CAPTURE(parse_address, hostile, hostile)->Name("sip/parse/hostile_contact_32k");

void find_branch(benchmark::State& state) {
  const auto via = Via::parse(
      "SIP/2.0/UDP p3.example.net:5060;received=198.51.100.3;rport=5060;branch=z9hG4bK1b2c3d4e5f60718.1");
  const bench::CountAllocations count{state};
  for (auto _ : state) benchmark::DoNotOptimize(via->branch());
}
BENCHMARK(find_branch)->Name("sip/find/branch");

// What RFC 3261 §16.6 has a proxy do to a request that it sends on.
void forward(benchmark::State& state) {
  std::string text = invite_text();
  const auto message = Message::parse(text, {});
  Edits edits;
  std::string out;
  const auto edit_and_write = [&] {
    edits.clear();
    out.clear();
    edits.replace(message->request_uri_range(), {"sip:bob-0x5581@10.9.8.7:40112;transport=tcp;ob"});
    edits.insert_field(message->fields_begin(), "Via",
                       {"SIP/2.0/TCP ", "192.0.2.1:5060", ";branch=", "z9hG4bK0123456789abcdef"});
    edits.insert_field(
        message->fields_begin(), "Record-Route",
        {"<sip:", "AQh5c2l4b2N0ZXRzZm9ydGhlbWFjYW5kdGhlYWRkcmVzc2Vz", "@edge.example.com", ";lr;ob>"});
    edits.remove_value(*message, *first_value(*message, Header::route));
    edits.replace(message->find(Header::max_forwards)->value, {"65"});
    edits.write(*message, out);
  };
  edit_and_write();  // makes room once
  {
    const bench::CountAllocations count{state};
    for (auto _ : state) {
      edit_and_write();
      benchmark::DoNotOptimize(out.data());
      benchmark::ClobberMemory();
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));
}
BENCHMARK(forward)->Name("sip/forward/invite");

void compare_uris(benchmark::State& state, std::string_view a_text, std::string_view b_text) {
  const auto a = Uri::parse(a_text);
  const auto b = Uri::parse(b_text);
  const bench::CountAllocations count{state};
  for (auto _ : state) benchmark::DoNotOptimize(equivalent(*a, *b));
}
BENCHMARK_CAPTURE(compare_uris, equivalent, "sip:%61lice@atlanta.example;transport=TCP;ob",
                  "sip:alice@AtLanTa.Example;ob;Transport=tcp")
    ->Name("sip/compare/equivalent");
BENCHMARK_CAPTURE(compare_uris, other_user, "sip:alice@atlanta.example;transport=tcp;ob",
                  "sip:bob@atlanta.example;transport=tcp;ob")
    ->Name("sip/compare/other_user");

// As many parameters as there may be, the second URI's in the opposite order, so that nothing is decided
// early.
void compare_many_params(benchmark::State& state) {
  std::string forth = "sip:a@b.org", back = forth;
  for (int i = 10; i < 74; ++i) forth += ";p%61rameter-" + std::to_string(i) + "=Value-" + std::to_string(i);
  for (int i = 73; i >= 10; --i) back += ";parameter-" + std::to_string(i) + "=value-" + std::to_string(i);
  const auto a = Uri::parse(forth);
  const auto b = Uri::parse(back);
  const bench::CountAllocations count{state};
  for (auto _ : state) benchmark::DoNotOptimize(equivalent(*a, *b));
}
BENCHMARK(compare_many_params)->Name("sip/compare/64_params");

}  // namespace
}  // namespace flowgate::sip
