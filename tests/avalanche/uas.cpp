#include "uas.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

#include "field.h"

namespace flowgate::avalanche {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using namespace std::chrono_literals;

// RFC 3261 table 4.
constexpr milliseconds t1 = 500ms, t2 = 4s, timer_f = 64 * t1;

double ms(nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

double percentile(std::vector<double> all, double share) {
  if (all.empty()) return 0;
  const auto nth = all.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(all.size() - 1));
  std::nth_element(all.begin(), nth, all.end());
  return *nth;
}

}  // namespace

Uas::Uas(const Options& options)
    : options_(options), socket_(loopback_server(options.server)), uas_(options.uas), begin_(Clock::now()) {
  std::uniform_real_distribution<double> anywhere(0, options.within_s);
  for (std::uint32_t i = 0; i < options.uas; ++i) {
    const double at = options.once ? options.within_s * i / options.uas : anywhere(random_);
    uas_[i].begin = begin_ + duration_cast<nanoseconds>(std::chrono::duration<double>(at));
    schedule(i, uas_[i].begin);
  }
}

void Uas::run() {
  for (Instant now = Clock::now(); !is_over(now); now = Clock::now()) {
    send_due(now);
    const Instant next = due_.empty() ? now + 50ms : due_.top().when;
    const auto wait = std::clamp(duration_cast<milliseconds>(next - Clock::now()), 0ms, 50ms);
    socket_.receive(static_cast<int>(wait.count()),
                    [this](std::string_view response) { take(response, Clock::now()); });
  }
  end_ = Clock::now();
}

bool Uas::is_over(Instant now) const {
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  return options_.once ? seconds > options_.within_s + 2
                       : registered_ == uas_.size() || seconds > options_.give_up_s;
}

void Uas::send_due(Instant now) {
  constexpr int at_once = 256;  // then answers have their turn
  for (int i = 0; i < at_once && !due_.empty() && due_.top().when <= now; ++i) {
    const Due due = due_.top();
    due_.pop();
    if (uas_[due.ua].due == due.when) act(due.ua, now);
  }
  socket_.flush();
}

// A new request, the same again, or none for a while.
void Uas::act(std::uint32_t number, Instant now) {
  Ua& ua = uas_[number];
  if (!ua.waits) {
    ua.waits = true;
    ua.sent = now;
    ua.interval = t1;
    ++ua.cseq;
    ++requests_;
  } else if (now - ua.sent >= timer_f) {
    ua.waits = false;
    ++timeouts_;
    return schedule(number, now + back_off());
  } else {
    ua.interval = std::min(2 * ua.interval, t2);
    ++retransmissions_;
  }
  send(number);
  if (!options_.once) schedule(number, now + ua.interval);
}

void Uas::send(std::uint32_t number) {
  const std::uint32_t address = loopback_address(number);
  const std::uint32_t user = options_.first + number, cseq = uas_[number].cseq;
  const auto here = fmt::format("{}.{}.{}.{}:{}", address >> 24, address >> 16 & 255, address >> 8 & 255,
                                address & 255, socket_.port());
  socket_.send(address, fmt::format("REGISTER sip:example.com SIP/2.0\r\n"
                                    "Via: SIP/2.0/UDP {0};branch=z9hG4bKa{1}.{2};rport\r\n"
                                    "Max-Forwards: 70\r\n"
                                    "From: <sip:a{1}@example.com>;tag=a{1}\r\n"
                                    "To: <sip:a{1}@example.com>\r\n"
                                    "Call-ID: a{1}\r\n"
                                    "CSeq: {2} REGISTER\r\n"
                                    "Supported: outbound, path, gruu\r\n"
                                    "Contact: <sip:a{1}@{0}>;reg-id=1;expires=3600;"
                                    "+sip.instance=\"<urn:uuid:00000000-0000-4000-8000-{1:012d}>\"\r\n"
                                    "Content-Length: 0\r\n\r\n",
                                    here, user, cseq));
}

void Uas::schedule(std::uint32_t number, Instant when) {
  uas_[number].due = when;
  due_.push({when, number});
}

// RFC 5626 §4.5: half to the whole of base-time-all-fail.
milliseconds Uas::back_off() {
  return milliseconds(std::uniform_int_distribution<int>(15'000, 30'000)(random_));
}

void Uas::take(std::string_view response, Instant now) {
  const std::uint32_t status = number_behind(response, "SIP/2.0 ", 0);
  const std::uint32_t number = number_behind(response, "\r\nCall-ID: a", 0) - options_.first;
  if (status < 200 || number >= uas_.size()) return;
  Ua& ua = uas_[number];
  if (!ua.waits || number_behind(response, "\r\nCSeq: ", 0) != ua.cseq) return;
  ua.waits = false;
  ua.due = {};
  if (status == 200) {
    ++registered_;
    served_ms_.push_back(ms(now - ua.sent));
    back_ms_.push_back(ms(now - ua.begin));
    return;
  }
  (status == 503 ? refused_ : others_) += 1;
  refused_ms_.push_back(ms(now - ua.sent));
  if (options_.once) return;
  const std::uint32_t seconds = number_behind(response, "\r\nRetry-After: ", 0);
  schedule(number, now + (seconds > 0 ? std::chrono::seconds(seconds) : back_off()));
}

void Uas::print() const {
  fmt::print(
      "{{\"uas\": {}, \"seconds\": {:.2f}, \"registered\": {}, \"requests\": {}, \"retransmissions\": {}, "
      "\"refused\": {}, \"timeouts\": {}, \"other_answers\": {}, \"served_p50_ms\": {:.2f}, "
      "\"served_p99_ms\": {:.2f}, "
      "\"refused_p99_ms\": {:.2f}, \"back_p50_ms\": {:.2f}, \"back_p99_ms\": {:.2f}, \"back_max_ms\": "
      "{:.2f}}}\n",
      uas_.size(), std::chrono::duration<double>(end_ - begin_).count(), registered_, requests_,
      retransmissions_, refused_, timeouts_, others_, percentile(served_ms_, 0.5),
      percentile(served_ms_, 0.99), percentile(refused_ms_, 0.99), percentile(back_ms_, 0.5),
      percentile(back_ms_, 0.99), percentile(back_ms_, 1));
}

}  // namespace flowgate::avalanche
