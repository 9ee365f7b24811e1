// A Link over sockets: one connection for commands, one for the subscription, both to the same server. When
// either breaks the session is lost, and another one is begun after a pause that grows with each failure,
// with whoever the sentinels then name as the master.
//
// Everything happens on the one thread that runs the io_context; call() and call_durably() may be called from
// any.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proxy/server/redis/connection.h"
#include "proxy/server/redis/options.h"
#include "registrar/redis/link.h"

namespace flowgate::redis {

class Client final : public Link {
 public:
  using Random = std::function<std::uint64_t()>;
  // One line about a session that begins, is lost or cannot be had; not the same one twice in a row.
  using Log = std::function<void(const std::string&)>;
  // `tls`: null for none; it must outlive the client.
  Client(boost::asio::io_context& context, const Options& options, boost::asio::ssl::context* tls,
         Random random, Log log);
  ~Client() override;

  // Before start(). The user must outlive the io_context's work.
  void add(LinkUser& user) { users_.push_back(&user); }
  void start();
  // On the client's thread: no user is called any more.
  void stop();

  void call(Command command, Done done) override;
  void call_durably(Command command, Done done) override;

 private:
  using Then = std::function<void()>;
  void begin();
  void ask_sentinel(std::size_t index);
  void take_master(std::size_t index, const Reply& reply);
  void open(const Address& master);
  void open_subscription(const Address& master);
  void greet(const std::shared_ptr<Connection>& connection, const Credentials& credentials, bool select,
             Then then);
  void check_role();
  void subscribe();
  void established();
  void beat();
  // The reply to a step on the way to a session; on an error the attempt fails.
  Link::Done step(std::string what, std::function<void(const Reply&)> then);
  void fail(const std::string& reason);
  void drop();
  void say(const std::string& line);

  boost::asio::io_context& context_;
  const Options options_;
  boost::asio::ssl::context* tls_;
  Random random_;
  Log log_;
  std::vector<LinkUser*> users_;
  Address master_;
  std::shared_ptr<Connection> sentinel_, commands_, subscription_;
  boost::asio::steady_timer pause_, beat_;
  std::chrono::milliseconds next_pause_;
  std::uint64_t attempt_ = 0;  // what belongs to an earlier one comes too late
  bool established_ = false, stopped_ = false;
  std::string last_line_;
};

}  // namespace flowgate::redis
