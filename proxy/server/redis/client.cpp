#include "proxy/server/redis/client.h"

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "sip/text.h"

namespace flowgate::redis {

using boost::system::error_code;

namespace {

std::string text_of(const Address& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace

Client::Client(boost::asio::io_context& context, const Options& options, boost::asio::ssl::context* tls,
               Random random, Log log)
    : context_(context),
      options_(options),
      tls_(tls),
      random_(std::move(random)),
      log_(std::move(log)),
      pause_(context),
      beat_(context),
      next_pause_(options.least_pause) {}

Client::~Client() = default;

void Client::start() {
  boost::asio::post(context_, [this] { begin(); });
}

void Client::stop() {
  stopped_ = true;
  established_ = false;
  drop();
}

void Client::call(Command command, Done done) {
  boost::asio::dispatch(context_, [this, command = std::move(command), done = std::move(done)] {
    established_ ? commands_->call(command, done) : done(make_error_code(Error::away));
  });
}

void Client::call_durably(Command command, Done done) {
  boost::asio::dispatch(context_, [this, command = std::move(command), done = std::move(done)]() mutable {
    if (!established_) return done(make_error_code(Error::away));
    commands_->call_durably(command, [this, attempt = attempt_,
                                      done = std::move(done)](const boost::system::result<Reply>& reply) {
      done(reply);
      const bool demoted = reply && reply->is_error("READONLY");
      if (demoted && attempt == attempt_) fail(text_of(master_) + " is a master no more");
    });
  });
}

void Client::begin() {
  if (stopped_) return;
  ++attempt_;
  options_.sentinels.empty() ? open(options_.server) : ask_sentinel(0);
}

// "Guidelines for Redis clients with support for Redis Sentinel": the first that knows the master is
// believed.
void Client::ask_sentinel(std::size_t index) {
  if (index == options_.sentinels.size())
    return fail("no sentinel knows the master '" + options_.master + "'");
  sentinel_ = std::make_shared<Connection>(context_, options_, tls_);
  const auto next = [this, index, asked = sentinel_.get()](error_code) {
    if (asked == sentinel_.get()) ask_sentinel(index + 1);
  };
  sentinel_->open(
      options_.sentinels[index],
      [this, index, next](error_code error) {
        if (error) return next(error);
        greet(sentinel_, options_.sentinel_credentials, false, [] {});
        sentinel_->call({"SENTINEL", "get-master-addr-by-name", options_.master},
                        [this, index, next](const boost::system::result<Reply>& reply) {
                          reply ? take_master(index, *reply) : next(reply.error());
                        });
      },
      next);
}

void Client::take_master(std::size_t index, const Reply& reply) {
  sentinel_->close();
  const auto port = reply.is_array(2) ? sip::parse_number(reply.items[1].text) : std::nullopt;
  if (!port || *port == 0 || *port > 65535) return ask_sentinel(index + 1);
  open({reply.items[0].text, static_cast<std::uint16_t>(*port)});
}

void Client::open(const Address& master) {
  master_ = master;
  commands_ = std::make_shared<Connection>(context_, options_, tls_);
  commands_->open(
      master,
      [this](error_code error) {
        if (error) return fail("cannot connect to " + text_of(master_) + ": " + error.message());
        greet(commands_, options_.credentials, true, [this] { check_role(); });
      },
      [this](error_code error) { fail(text_of(master_) + ": " + error.message()); });
}

void Client::greet(const std::shared_ptr<Connection>& connection, const Credentials& credentials, bool select,
                   Then then) {
  if (!credentials.password.empty()) {
    Command auth{"AUTH"};
    if (!credentials.user.empty()) auth.push_back(credentials.user);
    auth.push_back(credentials.password);
    connection->call(auth, step("AUTH", [](const Reply&) {}));
  }
  if (!select) return then();
  connection->call({"SELECT", std::to_string(options_.database)},
                   step("SELECT", [then = std::move(then)](const Reply&) { then(); }));
}

// A sentinel may not have heard yet that its master is one no more.
void Client::check_role() {
  commands_->call({"ROLE"}, step("ROLE", [this](const Reply& reply) {
                    if (!reply.is_array(1) || reply.items[0].text != "master")
                      return fail(text_of(master_) + " is not a master");
                    options_.channel.empty() ? established() : open_subscription(master_);
                  }));
}

void Client::open_subscription(const Address& master) {
  subscription_ = std::make_shared<Connection>(context_, options_, tls_);
  subscription_->open(
      master,
      [this](error_code error) {
        if (error) return fail("cannot connect to " + text_of(master_) + ": " + error.message());
        greet(subscription_, options_.credentials, true, [this] { subscribe(); });
      },
      [this](error_code error) { fail(text_of(master_) + ": " + error.message()); });
}

void Client::subscribe() {
  subscription_->subscribe(
      options_.channel,
      [this](std::string_view channel, std::string_view message) {
        if (!established_) return;
        for (LinkUser* user : users_) user->published(channel, message);
      },
      step("SUBSCRIBE", [this](const Reply&) { established(); }));
}

void Client::established() {
  established_ = true;
  next_pause_ = options_.least_pause;
  say("redis: connected to " + text_of(master_));
  for (LinkUser* user : users_) user->connected();
  beat();
}

// A connection whose other end is gone without a word shows by its silence.
void Client::beat() {
  beat_.expires_after(options_.timeout);
  beat_.async_wait([this](error_code cancelled) {
    if (cancelled || !established_) return;
    commands_->call({"PING"}, step("PING", [](const Reply&) {}));
    if (subscription_) subscription_->call({"PING"}, step("PING", [](const Reply&) {}));
    beat();
  });
}

Link::Done Client::step(std::string what, std::function<void(const Reply&)> then) {
  return [this, attempt = attempt_, what = std::move(what),
          then = std::move(then)](const boost::system::result<Reply>& reply) {
    if (attempt != attempt_ || !reply) return;  // the connection tells itself that it is lost
    if (reply->is_error()) return fail(text_of(master_) + ": " + what + ": " + reply->text);
    then(*reply);
  };
}

void Client::fail(const std::string& reason) {
  if (stopped_) return;
  ++attempt_;
  const bool was_established = std::exchange(established_, false);
  drop();
  say("redis: " + reason);
  if (was_established) {
    for (LinkUser* user : users_) user->lost();
  }
  // Half of the pause is drawn, so that those who lost the same server do not all come back at once.
  const auto half = std::max<std::int64_t>(next_pause_.count() / 2, 1);
  const auto drawn = static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(half));
  pause_.expires_after(std::chrono::milliseconds{half + drawn});
  next_pause_ = std::min(next_pause_ * 2, options_.most_pause);
  pause_.async_wait([this](error_code cancelled) {
    if (!cancelled) begin();
  });
}

// Those who wait for replies are told.
void Client::drop() {
  pause_.cancel();
  beat_.cancel();
  for (const auto& connection : {sentinel_, commands_, subscription_}) {
    if (connection) connection->close();
  }
}

void Client::say(const std::string& line) {
  if (line == last_line_) return;
  last_line_ = line;
  log_(line);
}

}  // namespace flowgate::redis
