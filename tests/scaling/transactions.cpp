#include "transactions.h"

#include <fmt/core.h>

#include <array>

#include "field.h"

namespace flowgate::scaling {
namespace {

using avalanche::number_behind;
using namespace std::chrono_literals;

constexpr auto patience = 1s;
constexpr std::uint32_t nobody = ~0U;

// The lines of a request that its response repeats (RFC 3261 §8.2.6.2).
std::string repeated_lines(std::string_view request) {
  constexpr std::array<std::string_view, 5> names{"Via:", "From:", "To:", "Call-ID:", "CSeq:"};
  std::string lines;
  for (std::size_t at = request.find("\r\n") + 2; at < request.size();) {
    const std::size_t end = request.find("\r\n", at);
    if (end == request.npos || end == at) break;
    const std::string_view line = request.substr(at, end - at);
    for (const auto name : names) {
      if (line.starts_with(name)) lines.append(line).append(name == "To:" ? ";tag=callee\r\n" : "\r\n");
    }
    at = end + 2;
  }
  return lines;
}

}  // namespace

Uas::Uas(const TransactionOptions& options, unsigned thread)
    : options_(options),
      first_(thread * (options.uas / options.threads)),
      socket_(options.server),
      cseqs_(options.uas / options.threads),
      slots_(options.window) {}

Done Uas::run(Kind kind) {
  kind_ = kind;
  next_ = 0;
  done_ = {};
  now_ = Clock::now();
  end_ = now_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.seconds));
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) begin(slot);
  while (outstanding_ > 0) {
    socket_.flush();
    socket_.receive(100, [this](std::string_view text) { take(text); });
    now_ = Clock::now();
    give_up();
  }
  return done_;
}

bool Uas::is_over() const {
  return kind_ == Kind::first ? next_ >= cseqs_.size() : now_ >= end_;
}

void Uas::begin(std::uint32_t slot) {
  if (is_over()) return;
  ++outstanding_;
  slots_[slot] = {next_++ % static_cast<std::uint32_t>(cseqs_.size()), ++numbers_, true, now_};
  kind_ == Kind::message ? send_message(slot) : send_register(slot);
}

std::string Uas::here(std::uint32_t ua) const {
  const std::uint32_t address = avalanche::loopback_address(first_ + ua);
  return fmt::format("{}.{}.{}.{}:{}", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255,
                     socket_.port());
}

std::string Uas::via(std::uint32_t slot) const {
  return fmt::format("Via: SIP/2.0/UDP {};branch=z9hG4bKs{}.n{};rport\r\nMax-Forwards: 70\r\n",
                     here(slots_[slot].ua), slot, slots_[slot].number);
}

void Uas::send_register(std::uint32_t slot) {
  const std::uint32_t ua = slots_[slot].ua, user = first_ + ua;
  socket_.send(avalanche::loopback_address(user),
               fmt::format("REGISTER sip:example.com SIP/2.0\r\n{1}"
                           "From: <sip:s{0}@example.com>;tag=s{0}\r\n"
                           "To: <sip:s{0}@example.com>\r\n"
                           "Call-ID: s{0}\r\n"
                           "CSeq: {2} REGISTER\r\n"
                           "Supported: outbound, path, gruu\r\n"
                           "Contact: <sip:s{0}@{3}>;reg-id=1;expires=3600;"
                           "+sip.instance=\"<urn:uuid:00000000-0000-4000-8002-{0:012d}>\"\r\n"
                           "Content-Length: 0\r\n\r\n",
                           user, via(slot), ++cseqs_[ua], here(ua)));
}

// To somebody far away in the table, over another flow.
void Uas::send_message(std::uint32_t slot) {
  const auto uas = static_cast<std::uint32_t>(cseqs_.size());
  const std::uint32_t user = first_ + slots_[slot].ua,
                      callee = first_ + (slots_[slot].ua + uas / 2 + 1) % uas;
  socket_.send(avalanche::loopback_address(user), fmt::format("MESSAGE sip:s{1}@example.com SIP/2.0\r\n{2}"
                                                              "From: <sip:s{0}@example.com>;tag=s{0}\r\n"
                                                              "To: <sip:s{1}@example.com>\r\n"
                                                              "Call-ID: m{0}.{3}\r\n"
                                                              "CSeq: {3} MESSAGE\r\n"
                                                              "Content-Type: text/plain\r\n"
                                                              "Content-Length: 14\r\n\r\nAre you there?",
                                                              user, callee, via(slot), slots_[slot].number));
}

void Uas::take(std::string_view text) {
  text.starts_with("SIP/2.0 ") ? finish(text) : answer(text);
}

void Uas::answer(std::string_view request) {
  const std::uint32_t callee = number_behind(request, "To: <sip:s", nobody);
  if (callee == nobody) return;
  socket_.send(avalanche::loopback_address(callee),
               "SIP/2.0 200 OK\r\n" + repeated_lines(request) + "Content-Length: 0\r\n\r\n");
}

void Uas::finish(std::string_view response) {
  const std::uint32_t slot = number_behind(response, "branch=z9hG4bKs", nobody);
  if (slot >= slots_.size() || !slots_[slot].waits) return;
  if (number_behind(response, fmt::format("z9hG4bKs{}.n", slot), nobody) != slots_[slot].number) return;
  const std::uint32_t status = number_behind(response, "SIP/2.0 ", 0);
  if (status < 200) return;
  slots_[slot].waits = false;
  --outstanding_;
  ++(status == 200 ? done_.transactions : done_.lost);
  begin(slot);
}

void Uas::give_up() {
  for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
    if (!slots_[slot].waits || now_ - slots_[slot].sent < patience) continue;
    slots_[slot].waits = false;
    --outstanding_;
    ++done_.lost;
    begin(slot);
  }
}

void run(const TransactionOptions& options) {
  std::vector<std::unique_ptr<Uas>> uas;
  for (unsigned thread = 0; thread < options.threads; ++thread)
    uas.push_back(std::make_unique<Uas>(options, thread));
  for (const auto& [name, kind] : {std::pair("register", Uas::Kind::first),
                                   {"refresh", Uas::Kind::refresh},
                                   {"message", Uas::Kind::message}})
    phase(name, options.process, options.threads,
          [&, kind = kind](unsigned thread) { return uas[thread]->run(kind); });
}

}  // namespace flowgate::scaling
