#include "transport/deadlines.h"

#include <algorithm>

namespace flowgate::transport {
namespace {

constexpr std::chrono::milliseconds coarseness{250};

}  // namespace

Deadlines::Deadlines(boost::asio::io_context& context, const Timeouts& timeouts)
    : timeouts_(timeouts), timer_(context) {}

void Deadlines::begin(Deadline& deadline, Awaited what) {
  const auto index = static_cast<std::size_t>(what);
  deadline.end();
  deadline.due_ = std::chrono::steady_clock::now() + timeouts_[index];
  deadline.awaited_ = what;
  lists_[index].push_back(deadline);
  if (!ticking_) tick();
}

void Deadlines::tick() {
  ticking_ = std::any_of(lists_.begin(), lists_.end(), [](const List& list) { return !list.empty(); });
  if (!ticking_) return;
  timer_.expires_after(coarseness);
  timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (error) return;
    self->expire(std::chrono::steady_clock::now());
    self->tick();
  });
}

void Deadlines::expire(std::chrono::steady_clock::time_point now) {
  for (List& list : lists_) {
    while (!list.empty() && list.front().due_ <= now) {
      Deadline& deadline = list.front();
      deadline.end();
      deadline.expired();
    }
  }
}

}  // namespace flowgate::transport
