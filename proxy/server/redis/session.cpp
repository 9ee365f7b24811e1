#include "proxy/server/redis/session.h"

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <stdexcept>
#include <utility>

#include "proxy/server/random_number.h"

namespace flowgate::redis {
namespace {

namespace ssl = boost::asio::ssl;

Options options_of(const conf::Redis& config, std::string channel) {
  Options options;
  options.server = {config.server.host, config.server.port};
  for (const conf::RedisAddress& each : config.sentinels) options.sentinels.push_back({each.host, each.port});
  options.master = config.master;
  options.credentials = {config.user, config.password};
  options.sentinel_credentials = {config.sentinel_user, config.sentinel_password};
  options.database = config.database;
  options.tls_name = config.tls_name;
  options.channel = std::move(channel);
  options.timeout = config.timeout;
  options.least_pause = config.reconnect_min;
  options.most_pause = config.reconnect_max;
  options.max_pending = config.pending_commands;
  options.replicas = config.wait_replicas;
  options.replicas_timeout = config.wait_timeout;
  return options;
}

std::optional<ssl::context> tls_of(const conf::Redis& config) {
  if (!config.tls) return std::nullopt;
  std::optional<ssl::context> context(std::in_place, ssl::context::tls_client);
  const std::filesystem::path* file = &config.ca;
  try {
    // RFC 9325 §3.1.1: nothing below TLS 1.2.
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    config.ca.empty() ? context->set_default_verify_paths() : context->load_verify_file(config.ca.string());
    if (config.certificate.empty()) return context;
    context->use_certificate_chain_file(*(file = &config.certificate));
    context->use_private_key_file(*(file = &config.private_key), ssl::context::pem);
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error(file->string() + ": " + error.code().message());
  }
  return context;
}

}  // namespace

Session::Session(const conf::Redis& config, std::string channel, Client::Log log)
    : tls_(tls_of(config)),
      client_(context_, options_of(config, std::move(channel)), tls_ ? &*tls_ : nullptr,
              server::random_number, std::move(log)) {}

Session::~Session() {
  stop();
}

void Session::start() {
  client_.add(*this);
  client_.start();
  thread_ = std::thread([this] { context_.run(); });
}

bool Session::wait_until_connected(std::chrono::milliseconds patience) {
  std::unique_lock lock{mutex_};
  return signal_.wait_for(lock, patience, [this] { return connected_; });
}

void Session::connected() {
  const std::lock_guard lock{mutex_};
  connected_ = true;
  signal_.notify_all();
}

void Session::lost() {
  const std::lock_guard lock{mutex_};
  connected_ = false;
}

void Session::stop() {
  if (!thread_.joinable()) return;
  boost::asio::post(context_, [this] {
    client_.stop();
    work_.reset();
  });
  thread_.join();
}

}  // namespace flowgate::redis
