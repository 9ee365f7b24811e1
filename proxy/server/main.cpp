// flowgate --config FILE [--check]; flowgate user add|list|remove|password --config FILE
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>

#include "conf/config.h"
#include "proxy/server/admin.h"
#include "proxy/server/descriptors.h"
#include "proxy/server/server.h"
#include "proxy/server/user_command.h"

namespace {

using flowgate::server::Admin;
using flowgate::server::Server;

// Exit statuses: 0 after SIGTERM, SIGINT or a good --check; 1 when a listener cannot be bound or something
// fails on the way; 2 when the configuration, a file that it names or the command line is at fault.
constexpr int kFailed = 1;
constexpr int kBadConfiguration = 2;

// Of all connections that there may be, and of what else there is.
std::size_t descriptors_of(const flowgate::conf::Config& config) {
  constexpr std::size_t others = 256;
  const bool streams = std::ranges::any_of(
      config.listen, [](const auto& listener) { return flowgate::is_stream(listener.protocol); });
  return others + (streams ? config.limits.connections * Server::shards_of(config) : 0);
}

void say(const std::string& line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

std::string_view who_may_register(const flowgate::conf::Config& config) {
  if (config.registrar.digest.authentication == flowgate::conf::Authentication::digest)
    return "users register with their passwords";
  return config.registrar.users ? "users may register, no password is asked for"
                                : "any name may register, no password is asked for";
}

void introduce(const flowgate::conf::Config& config, const Server& server,
               const std::optional<Admin>& admin) {
  say(fmt::format("flowgate serves {} with {} shard{}", fmt::join(config.domains, ", "), server.shards(),
                  server.shards() == 1 ? "" : "s"));
  for (const auto& listener : server.listening()) {
    say(fmt::format("listening on {} {}", flowgate::uri_name(listener.protocol), listener.local.text()));
  }
  if (admin) say(fmt::format("metrics at http://{}/metrics", admin->local().text()));
  if (server.made_certificate()) {
    say(fmt::format("made a self-signed certificate for development: {}", config.tls.certificate.string()));
  }
  const auto& first = server.listening().front();
  say(
      fmt::format("to point a phone at it: user NAME, domain {}, outbound proxy sip:ADDRESS:{};transport={}, "
                  "where ADDRESS is "
                  "one of this host; {}",
                  config.domains.front(), first.local.port, flowgate::uri_name(first.protocol),
                  who_may_register(config)));
  say("ready");
}

void reload(Server& server, Server::Reload when) {
  try {
    if (server.reload_certificates(when)) say("the certificates were loaded anew");
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}; the certificates stay as they were\n", error.what());
  }
}

void reload_on_hangup(Server& server, boost::asio::signal_set& hangup) {
  hangup.async_wait([&server, &hangup](boost::system::error_code error, int) {
    if (error) return;
    reload(server, Server::Reload::now);
    server.reload_users();
    reload_on_hangup(server, hangup);
  });
}

void sweep_each_second(Server& server, boost::asio::steady_timer& timer) {
  timer.expires_after(std::chrono::seconds(1));
  timer.async_wait([&server, &timer](boost::system::error_code error) {
    if (error) return;
    server.sweep();
    reload(server, Server::Reload::if_changed);
    sweep_each_second(server, timer);
  });
}

void serve(const flowgate::conf::Config& config) {
  boost::asio::io_context context(1);
  // Before any thread starts, so that all of them leave these signals to this one.
  boost::asio::signal_set signals(context, SIGTERM, SIGINT);
  boost::asio::signal_set hangup(context, SIGHUP);
  std::signal(SIGPIPE, SIG_IGN);
  flowgate::server::prepare_descriptors(descriptors_of(config));

  Server server(config);
  std::optional<Admin> admin;
  if (config.admin) {
    admin.emplace(context, *config.admin,
                  [&](auto done) { server.measure(context.get_executor(), std::move(done)); });
  }
  server.run();
  introduce(config, server, admin);

  boost::asio::steady_timer timer(context);
  sweep_each_second(server, timer);
  reload_on_hangup(server, hangup);
  signals.async_wait([&](boost::system::error_code, int) { context.stop(); });
  context.run();
  server.stop();
  say("stopped");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("flowgate: a SIP edge proxy and registrar for phones behind NATs");
  std::filesystem::path file;
  bool check = false;
  app.add_option("--config", file, "the configuration file")->required();
  app.add_flag("--check", check, "only check the configuration, start nothing");
  const flowgate::server::UserCommand users(app);
  app.set_version_flag("--version", "flowgate " FLOWGATE_VERSION);
  try {
    app.parse(argc, argv);
    if (check && users.chosen())
      throw CLI::ValidationError("--check", "only checks the configuration: leave it away with `user`");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kBadConfiguration;
  }

  try {
    const flowgate::conf::Config config = flowgate::conf::load(file);
    if (users.chosen()) {
      users.run(config);
      return 0;
    }
    if (check) {
      flowgate::server::check_files(config);
      say(fmt::format("{}: the configuration is good", file.string()));
      return 0;
    }
    serve(config);
    return 0;
  } catch (const boost::system::system_error& error) {
    fmt::print(stderr, "flowgate: {}\n", error.what());
    return kFailed;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return kBadConfiguration;
  }
}
