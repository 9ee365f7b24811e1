#include "flows.h"

#include <fmt/core.h>

#include <chrono>
#include <cstdio>
#include <future>
#include <stdexcept>

#include "cpu_time.h"

namespace flowgate::scaling {
namespace {

using Clock = std::chrono::steady_clock;

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
  const std::size_t each = options_.flows / options_.threads, all = each * options_.threads;
  phase("connect", all, [this](unsigned thread) { connect(thread, streams_[thread]); });
  if (options_.pings > 0)
    phase("ping", all * options_.pings, [this](unsigned thread) { ping(streams_[thread]); });
}

void Flows::connect(unsigned thread, Streams& streams) {
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
}

void Flows::ping(Streams& streams) const {
  for (unsigned round = 0; round < options_.pings; ++round) {
    for (const auto& stream : streams) {
      stream->write("\r\n\r\n");
      if (stream->read() != "\r\n") throw std::runtime_error("no pong");
    }
  }
}

template <typename Work>
void Flows::phase(const char* name, std::size_t transactions, Work work) {
  const auto cpu = cpu_time(options_.process);
  const auto begin = Clock::now();
  std::vector<std::future<void>> threads;
  for (unsigned thread = 0; thread < options_.threads; ++thread)
    threads.push_back(std::async(std::launch::async, work, thread));
  for (auto& thread : threads) thread.get();
  const std::chrono::duration<double> seconds = Clock::now() - begin;
  const std::chrono::duration<double, std::micro> spent = cpu_time(options_.process) - cpu;
  const auto count = static_cast<double>(transactions);
  fmt::print("{{\"phase\": \"{}\", \"transactions\": {}, \"per_second\": {:.0f}, \"cpu_us\": {:.2f}}}\n",
             name, transactions, count / seconds.count(), spent.count() / count);
  std::fflush(stdout);
}

}  // namespace flowgate::scaling
