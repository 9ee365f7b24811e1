#include "transport/udp_socket.h"

#include <array>
#include <boost/asio/post.hpp>

#include "stun/stun.h"
#include "transport/shard.h"

namespace flowgate::transport {
namespace {

constexpr unsigned batches_per_wakeup = 4;  // then timers and the other sockets have their turn

// What phones and routers send to keep a NAT binding: CRLF, CRLF CRLF, "jaK", zeros, spaces. No SIP message
// has four octets or less.
bool is_keepalive(std::string_view datagram) {
  constexpr std::string_view blank("\r\n\0 ", 4);
  return datagram.size() <= 4 || datagram.find_first_not_of(blank) == datagram.npos;
}

}  // namespace

UdpSocket::UdpSocket(std::shared_ptr<Shard> shard, Descriptor socket)
    : shard_(std::move(shard)),
      socket_(std::move(socket)),
      local_(local_endpoint(socket_.native_handle())),
      wildcard_(local_.is_unspecified()),
      errors_(local_) {
  const auto delay = shard_->options.max_delay;
  if (delay.count() > 0) buffer_.emplace(socket_.native_handle(), delay);
}

void UdpSocket::send(const Endpoint& local, const Endpoint& remote, std::string_view text) {
  queue_.push(wildcard_ ? &local : nullptr, remote, text);
  if (flush_ == Flush::awaited && queue_.size() >= DatagramQueue::batch) {
    flush();
  } else if (flush_ == Flush::idle) {
    // Behind whatever this wakeup still has to send.
    flush_ = Flush::awaited;
    if (shard_->reading_udp) {
      shard_->unsent.push_back(shared_from_this());
    } else {
      boost::asio::post(shard_->context, [self = shared_from_this()] { self->flush_awaited(); });
    }
  }
}

void UdpSocket::flush_awaited() {
  if (flush_ != Flush::awaited) return;
  flush_ = Flush::idle;
  flush();
}

void UdpSocket::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void UdpSocket::wait_readable() {
  socket_.async_wait(Descriptor::wait_read, [self = shared_from_this()](boost::system::error_code error) {
    if (!error && self->socket_.is_open()) self->receive();
  });
}

void UdpSocket::receive() {
  shard_->reading_udp = true;
  const bool open = read();
  shard_->reading_udp = false;
  for (const auto& socket : shard_->unsent) socket->flush_awaited();
  shard_->unsent.clear();
  if (!open) return;
  report_errors();
  wait_readable();
}

// False when the socket was closed on the way.
bool UdpSocket::read() {
  DatagramBatch& batch = shard_->datagrams;
  bool emptied = false;
  for (unsigned i = 0; i < batches_per_wakeup && !emptied; ++i) {
    const int count = batch.receive(socket_.native_handle());
    if (count < 0) {
      // Either an error was brought by ICMP for something sent earlier (RFC 1122 §4.1.3.3), which does not
      // keep what has come from being read; or that error is what woke us.
      const bool nothing = would_block();
      errors_.read(socket_.native_handle());
      emptied = nothing;
    }
    for (int d = 0; d < count; ++d) {
      take(batch, static_cast<unsigned>(d));
      if (!socket_.is_open()) return false;
    }
    if (count >= 0 && count < static_cast<int>(DatagramBatch::capacity)) emptied = true;
  }
  note_backlog(emptied);
  return true;
}

// Where a wakeup has read everything there is nothing to ask the kernel for.
void UdpSocket::note_backlog(bool emptied) {
  if (!buffer_ || (emptied && !filled_)) return;
  filled_ = !emptied;
  const unsigned percent = emptied ? 0 : buffer_->percent(socket_.native_handle());
  backlog_.look(std::chrono::steady_clock::now(), percent);
  shard_->note_backlog();
}

void UdpSocket::take(DatagramBatch& batch, unsigned index) {
  const std::span<char> octets = batch.octets(index);
  const std::string_view datagram(octets.data(), octets.size());
  if (datagram.size() > shard_->options.limits.message_bytes) return;
  Flow flow{Protocol::udp, local_, batch.remote(index), 0};
  if (wildcard_) {
    const auto local = batch.local(index);
    if (!local) return;
    flow.local = *local;
    flow.local.port = local_.port;
  }
  if (is_keepalive(datagram)) {
    shard_->receiver->keepalive(flow);
  } else if (stun::looks_like_stun(datagram)) {
    answer_stun(flow, datagram);
    shard_->receiver->keepalive(flow);
  } else {
    shard_->receiver->received(flow, octets);
  }
}

// RFC 5626 §8: the answer leaves from the address and port that the request came to.
void UdpSocket::answer_stun(const Flow& flow, std::string_view request) {
  std::array<char, stun::max_response_bytes> response;
  const std::size_t size = stun::respond(request, flow.remote, response);
  if (size > 0) send(flow.local, flow.remote, {response.data(), size});
}

void UdpSocket::flush() {
  if (!socket_.is_open()) return;
  const bool all = queue_.flush(socket_.native_handle(), errors_);
  report_errors();
  if (all) return;
  flush_ = Flush::blocked;
  socket_.async_wait(Descriptor::wait_write, [self = shared_from_this()](boost::system::error_code error) {
    self->flush_ = Flush::idle;
    if (!error) self->flush();
  });
}

// Behind the caller: send() may be among them.
void UdpSocket::report_errors() {
  if (reporting_ || errors_.empty()) return;
  reporting_ = true;
  boost::asio::post(shard_->context, [self = shared_from_this()] {
    self->reporting_ = false;
    for (const Flow& flow : self->errors_.take()) {
      if (!self->socket_.is_open()) return;
      self->shard_->receiver->unreachable(flow);
    }
  });
}

}  // namespace flowgate::transport
