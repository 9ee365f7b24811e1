#include "transport/send_queue.h"

#include <algorithm>
#include <boost/asio/error.hpp>

#include "transport/connection.h"

namespace flowgate::transport {

SendQueue::SendQueue(Connection& connection, Deadlines& deadlines)
    : connection_(connection), deadlines_(deadlines) {}

void SendQueue::append(std::string_view text) {
  if (sent_ > octets_.size() / 2) {
    octets_.erase(0, sent_);
    sent_ = 0;
  }
  octets_.append(text);
  if (!running()) begin();
}

void SendQueue::sent(std::size_t octets) {
  sent_ += octets;
  owed_ -= std::min(owed_, octets);
}

void SendQueue::expired() {
  if (owed_ > 0) return connection_.close(boost::asio::error::timed_out);
  begin();
}

void SendQueue::begin() {
  owed_ = size();
  deadlines_.begin(*this, Awaited::send);
}

}  // namespace flowgate::transport
