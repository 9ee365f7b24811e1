#include "proxy/server/redis/connection.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace flowgate::redis {

using boost::system::error_code;
using Clock = std::chrono::steady_clock;

struct Connection::Batch {
  struct Held {
    Done done;
    Reply reply;
  };
  std::vector<Held> held;
};

Connection::Connection(boost::asio::io_context& context, const Options& options,
                       boost::asio::ssl::context* tls)
    : context_(context),
      options_(options),
      stream_(context, tls),
      timer_(context),
      reader_(options.max_reply_octets) {}

void Connection::open(const Address& address, Opened opened, Lost lost) {
  lost_ = std::move(lost);
  timer_.expires_after(options_.timeout);
  timer_.async_wait([this, self = shared_from_this()](error_code cancelled) {
    if (!cancelled && !open_) stream_.close();
  });
  stream_.connect(address, options_.tls_name,
                  [this, self = shared_from_this(), opened = std::move(opened)](error_code error) {
                    if (closed_) return;
                    open_ = !error;
                    timer_.cancel();
                    if (error) {
                      closed_ = true;
                      stream_.close();
                      return opened(error == boost::asio::error::operation_aborted ? Error::timeout : error);
                    }
                    read();
                    opened({});
                  });
}

void Connection::subscribe(const std::string& channel, Published published, Done done) {
  published_ = std::move(published);
  call({"SUBSCRIBE", channel}, std::move(done));
}

void Connection::call(const Command& command, Done done) {
  if (!open_ || closed_) return done(make_error_code(Error::away));
  if (waiting_.size() >= options_.max_pending) return done(make_error_code(Error::crowded));
  enqueue(command, std::move(done));
}

void Connection::call_durably(const Command& command, Done done) {
  if (options_.replicas == 0) return call(command, std::move(done));
  if (!batch_) batch_ = std::make_shared<Batch>();
  call(command, [batch = batch_, done = std::move(done)](boost::system::result<Reply> reply) {
    if (!reply || reply->is_error()) return done(std::move(reply));
    batch->held.push_back({done, std::move(*reply)});
  });
}

void Connection::enqueue(const Command& command, Done done) {
  if (!write_command(command, out_)) return done(make_error_code(Error::crowded));
  waiting_.push_back({std::move(done), patience()});
  arm();
  if (std::exchange(flushing_, true)) return;
  boost::asio::post(context_, [this, self = shared_from_this()] {
    flushing_ = false;
    flush();
  });
}

void Connection::flush() {
  if (closed_) return;
  if (batch_ && !wait_pending_) wait_for_replicas();
  if (writing_.empty() && !out_.empty()) write();
}

// WAIT looks at all that was written over this connection before it. While it waits the server carries out
// nothing that comes behind it, so there is one at a time.
void Connection::wait_for_replicas() {
  const Command wait{"WAIT", std::to_string(options_.replicas),
                     std::to_string(options_.replicas_timeout.count())};
  wait_pending_ = true;
  enqueue(wait, [this, batch = std::exchange(batch_, nullptr)](const boost::system::result<Reply>& reply) {
    wait_pending_ = false;
    const bool enough =
        reply && reply->kind == Reply::Kind::integer && reply->integer >= std::int64_t{options_.replicas};
    const error_code error = reply ? make_error_code(Error::not_replicated) : reply.error();
    for (Batch::Held& each : batch->held) {
      enough ? each.done(std::move(each.reply)) : each.done(error);
    }
    flush();
  });
}

// A command may have to wait behind a WAIT.
Clock::time_point Connection::patience() const {
  const auto replicas = options_.replicas == 0 ? std::chrono::milliseconds{0} : options_.replicas_timeout;
  return Clock::now() + options_.timeout + replicas;
}

void Connection::write() {
  writing_ = std::exchange(out_, {});
  stream_.write(writing_, [this, self = shared_from_this()](error_code error, std::size_t) {
    if (closed_) return;
    if (error) return fail(Error::lost);
    writing_.clear();
    if (!out_.empty()) write();
  });
}

void Connection::read() {
  stream_.read(in_, [this, self = shared_from_this()](error_code error, std::size_t size) {
    if (closed_) return;
    if (error) return fail(Error::lost);
    if (const error_code bad = take({in_.data(), size})) return fail(bad);
    if (!closed_) read();
  });
}

error_code Connection::take(std::string_view octets) {
  if (const error_code error = reader_.feed(octets)) return error;
  for (;;) {
    auto reply = reader_.next();
    if (!reply) return reply.error();
    if (!*reply || closed_) return {};
    if (is_publication(**reply)) {
      published_((*reply)->items[1].text, (*reply)->items[2].text);
      continue;
    }
    if (waiting_.empty()) return Error::protocol;
    const Done done = std::move(waiting_.front().done);
    waiting_.pop_front();
    done(std::move(**reply));
  }
}

bool Connection::is_publication(const Reply& reply) const {
  return published_ && reply.is_array(3) && reply.items[0].text == "message";
}

// The first that waits has waited longest.
void Connection::arm() {
  if (armed_ || waiting_.empty() || closed_) return;
  armed_ = true;
  timer_.expires_at(waiting_.front().deadline);
  timer_.async_wait([this, self = shared_from_this()](error_code cancelled) {
    armed_ = false;
    if (cancelled || closed_) return;
    if (!waiting_.empty() && waiting_.front().deadline <= Clock::now()) return fail(Error::timeout);
    arm();
  });
}

void Connection::close() {
  lost_ = nullptr;
  finish(Error::lost);
}

void Connection::fail(error_code error) {
  const Lost lost = std::exchange(lost_, nullptr);
  finish(error);
  if (lost) lost(error);
}

void Connection::finish(error_code error) {
  if (std::exchange(closed_, true)) return;
  stream_.close();
  timer_.cancel();
  published_ = nullptr;
  const auto waiting = std::exchange(waiting_, {});
  for (const Waiting& each : waiting) each.done(error);
}

}  // namespace flowgate::redis
