#include "proxy/server/redis/stream.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace flowgate::redis {

namespace asio = boost::asio;
using boost::system::error_code;

Stream::Stream(asio::io_context& context, asio::ssl::context* tls)
    : resolver_(context), socket_(context), context_(tls) {}

void Stream::connect(const Address& address, const std::string& tls_name, Done done) {
  const std::string name = tls_name.empty() ? address.host : tls_name;
  resolver_.async_resolve(
      address.host, std::to_string(address.port), Tcp::resolver::numeric_service,
      [this, name, done = std::move(done)](error_code error, const Tcp::resolver::results_type& found) {
        if (error) return done(error);
        asio::async_connect(socket_, found, [this, name, done](error_code failed, const Tcp::endpoint&) {
          if (failed) return done(failed);
          error_code ignored;
          socket_.set_option(Tcp::no_delay(true), ignored);
          context_ == nullptr ? done({}) : handshake(name, done);
        });
      });
}

void Stream::handshake(const std::string& name, Done done) {
  tls_.emplace(socket_, *context_);
  error_code error;
  tls_->set_verify_mode(asio::ssl::verify_peer, error);
  if (!error) tls_->set_verify_callback(asio::ssl::host_name_verification(name), error);
  if (error) return done(error);
  // RFC 6066 §3: "Literal IPv4 and IPv6 addresses are not permitted".
  asio::ip::make_address(name, error);
  if (error && SSL_set_tlsext_host_name(tls_->native_handle(), name.c_str()) != 1)
    return done(boost::system::errc::make_error_code(boost::system::errc::not_enough_memory));
  tls_->async_handshake(asio::ssl::stream_base::client,
                        [done = std::move(done)](error_code failed) { done(failed); });
}

void Stream::read(std::span<char> into, Moved moved) {
  const auto buffer = asio::buffer(into.data(), into.size());
  tls_ ? tls_->async_read_some(buffer, std::move(moved)) : socket_.async_read_some(buffer, std::move(moved));
}

void Stream::write(std::string_view octets, Moved moved) {
  const auto buffer = asio::buffer(octets.data(), octets.size());
  tls_ ? asio::async_write(*tls_, buffer, std::move(moved))
       : asio::async_write(socket_, buffer, std::move(moved));
}

void Stream::close() {
  error_code ignored;
  resolver_.cancel();
  socket_.close(ignored);
}

}  // namespace flowgate::redis
