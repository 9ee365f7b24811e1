#include "flows.h"

#include <fmt/core.h>

#include <chrono>
#include <stdexcept>
#include <thread>

namespace flowgate::scaling {
namespace {

std::string register_of(unsigned number, const std::string& here, bool tls) {
  return fmt::format(
      "REGISTER sip:example.com SIP/2.0\r\n"
      "Via: SIP/2.0/{2} {1};branch=z9hG4bKf{0};rport\r\n"
      "Max-Forwards: 70\r\n"
      "From: <sip:f{0}@example.com>;tag=f{0}\r\n"
      "To: <sip:f{0}@example.com>\r\n"
      "Call-ID: f{0}\r\n"
      "CSeq: 1 REGISTER\r\n"
      "Supported: outbound, path, gruu\r\n"
      "Contact: <sip:f{0}@{1};transport={2}>;reg-id=1;expires=3600;"
      "+sip.instance=\"<urn:uuid:00000000-0000-4000-8001-{0:012d}>\"\r\n"
      "Content-Length: 0\r\n\r\n",
      number, here, tls ? "TLS" : "TCP");
}

}  // namespace

Flows::Flows(const FlowOptions& options) : options_(options), streams_(options.threads) {
  if (!options.tls) return;
  context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_mode(context_.get(), SSL_MODE_RELEASE_BUFFERS);
  if (options.tls_1_2) SSL_CTX_set_max_proto_version(context_.get(), TLS1_2_VERSION);
}

void Flows::run() {
  phase("connect", options_.process, options_.threads,
        [this](unsigned thread) { return connect(thread, streams_[thread]); });
  if (options_.pings == 0) return;
  phase("ping", options_.process, options_.threads,
        [this](unsigned thread) { return ping(streams_[thread]); });
}

Done Flows::connect(unsigned thread, Streams& streams) {
  const unsigned each = options_.flows / options_.threads;
  Session session;
  for (unsigned i = 0; i < each; ++i) {
    auto stream = std::make_unique<Stream>(options_.server, context_.get(), session.get());
    stream->write(register_of(thread * each + i, stream->local(), options_.tls));
    const std::string answer = stream->read_until("\r\n\r\n");
    if (!answer.starts_with("SIP/2.0 200 ")) throw std::runtime_error(answer);
    if (options_.resume && i > 0 && !stream->resumed())
      throw std::runtime_error("the session was not resumed");
    if (options_.resume) session = stream->session();
    streams.push_back(std::move(stream));
  }
  return {each, 0};
}

// Evenly spread in time, if so many a second are wanted: then the server is idle in between, as it is with
// phones.
Done Flows::ping(const Streams& streams) const {
  using Clock = std::chrono::steady_clock;
  const auto pause = std::chrono::nanoseconds(
      options_.ping_rate > 0 ? 1'000'000'000ULL * options_.threads / options_.ping_rate : 0);
  auto due = Clock::now();
  for (unsigned round = 0; round < options_.pings; ++round) {
    for (const auto& stream : streams) {
      std::this_thread::sleep_until(due += pause);
      stream->write("\r\n\r\n");
      if (stream->read() != "\r\n") throw std::runtime_error("no pong");
    }
  }
  return {options_.pings * streams.size(), 0};
}

}  // namespace flowgate::scaling
