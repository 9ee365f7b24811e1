#include "transport/turns.h"

#include <sys/eventfd.h>

#include <algorithm>

#include "transport/shard.h"

namespace flowgate::transport {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t most_percent = 10'000;

}  // namespace

Turns::Turns(Shard& shard) : shard_(shard), event_(shard.context) {
  if (shard.options.max_delay.count() > 0) assign(event_, Fd(::eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC)));
}

void Turns::measure() {
  if (under_way_ || !event_.is_open()) return;
  const auto now = Clock::now();
  if (now - end_ >= pause) begin(now);
}

// The event is always there. To ask for it puts it at the end of the queue: Asio then arms the descriptor
// again, and epoll_ctl(2) looks anew whether it is ready.
void Turns::begin(Backlog::Instant now) {
  begin_ = now;
  under_way_ = true;
  event_.async_wait(Descriptor::wait_read, [self = shared_from_this()](boost::system::error_code error) {
    if (!error && self->event_.is_open()) self->come();
  });
}

void Turns::come() {
  under_way_ = false;
  end_ = Clock::now();
  const std::int64_t percent = 100 * (end_ - begin_) / shard_.options.max_delay;
  backlog_.look(end_, static_cast<unsigned>(std::min(percent, most_percent)));
  shard_.note_backlog();
  // As long as it is slow, without a gap.
  if (percent >= 100) begin(end_);
}

void Turns::close() {
  boost::system::error_code ignored;
  event_.close(ignored);
}

}  // namespace flowgate::transport
