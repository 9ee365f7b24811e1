#include "proxy/server/admin.h"

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

namespace flowgate::server {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::asio::ip::tcp;

constexpr std::size_t most_connections = 16;  // more are closed at once
constexpr std::uint32_t most_header_octets = 8192;
constexpr std::size_t most_buffered = 16'384;
constexpr std::chrono::seconds whole_request{10};
constexpr std::chrono::seconds longest_measuring{1};
constexpr std::chrono::seconds accept_pause{1};

constexpr unsigned http_1_1 = 11;
constexpr std::string_view plain_text = "text/plain; charset=utf-8";
constexpr std::string_view prometheus_text = "text/plain; version=0.0.4; charset=utf-8";

tcp::endpoint endpoint_of(const Endpoint& endpoint) {
  return {boost::asio::ip::make_address(endpoint.address()), endpoint.port};
}

// Host = uri-host [ ":" port ], and uri-host may be empty (RFC 9110 §7.2, RFC 3986 §3.2.2). Nothing is looked
// up by it: that all octets are such as may stand there is enough.
bool is_host(std::string_view text) {
  constexpr std::string_view beside_alphanumeric = "-._~%!$&'()*+,;=:[]";
  return std::all_of(text.begin(), text.end(), [&](char octet) {
    return (octet >= '0' && octet <= '9') || (octet >= 'A' && octet <= 'Z') ||
           (octet >= 'a' && octet <= 'z') || beside_alphanumeric.find(octet) != std::string_view::npos;
  });
}

// RFC 9112 §3.2: "A server MUST respond with a 400 (Bad Request) status code to any HTTP/1.1 request message
// that lacks a Host header field and to any request message that contains more than one Host header field
// line or a Host header field with an invalid field value."
bool has_its_host(const http::request_header<>& request) {
  const std::size_t lines = request.count(http::field::host);
  return lines == 0 ? request.version() < http_1_1 : lines == 1 && is_host(request[http::field::host]);
}

// Without its query. origin-form is `/path`, but "a server MUST accept the absolute-form in requests" (RFC
// 9112 §3.2.2). "" when it is neither: RFC 9110 §4.2.1, §4.2.4 and §7.4 want a host, no userinfo, and TLS for
// https.
std::string_view path_of(std::string_view target) {
  constexpr std::string_view scheme = "http://";
  if (beast::iequals(target.substr(0, scheme.size()), scheme)) {
    target.remove_prefix(scheme.size());
    const std::string_view host = target.substr(0, target.find('/'));
    if (host.empty() || !is_host(host)) return {};
    target.remove_prefix(host.size());
  }
  return target.substr(0, target.find('?'));
}

// One connection; lives as long as something is on its way.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const Admin::Measure& measure, std::shared_ptr<std::size_t> open)
      : stream_(std::move(socket)),
        measuring_(stream_.get_executor()),
        measure_(measure),
        open_(std::move(open)) {
    ++*open_;
  }
  ~Session() { --*open_; }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void read() {
    parser_.emplace();
    parser_->header_limit(most_header_octets);
    parser_->body_limit(0);
    stream_.expires_after(whole_request);
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](const beast::error_code& error, std::size_t) { self->was_read(error); });
  }

 private:
  using Response = http::response<http::string_body>;

  void was_read(const beast::error_code& error) {
    if (!error) return answer();
    if (error == http::error::body_limit)
      return write(http::status::payload_too_large, "no request here has a body\n", false);
    // What is no HTTP, or too much of it, is told so; who has gone or is too slow is not.
    const bool wrong = error != http::error::end_of_stream && error != http::error::partial_message &&
                       error.category() == make_error_code(http::error::bad_method).category();
    if (wrong) write(http::status::bad_request, "this is no request that is understood here\n", false);
  }

  void answer() {
    const auto& request = parser_->get();
    if (!has_its_host(request)) return write(http::status::bad_request, "one Host is needed\n", false);
    const std::string_view path = path_of(request.target());
    const bool keep = request.keep_alive();
    if (path != "/metrics" && path != "/health") return write(http::status::not_found, "not found\n", keep);
    if (request.method() != http::verb::get && request.method() != http::verb::head)
      return write(http::status::method_not_allowed, "only GET and HEAD\n", keep);
    if (path == "/health") return write(http::status::ok, "ok\n", keep);
    measure(keep);
  }

  // A shard that is busy need not keep anybody waiting.
  void measure(bool keep) {
    awaits_metrics_ = true;
    measuring_.expires_after(longest_measuring);
    measuring_.async_wait([self = shared_from_this(), keep](const beast::error_code& error) {
      if (!error && std::exchange(self->awaits_metrics_, false))
        self->write(http::status::service_unavailable, "busy\n", keep);
    });
    measure_([self = shared_from_this(), keep](const Metrics& metrics) {
      if (!std::exchange(self->awaits_metrics_, false)) return;
      self->measuring_.cancel();
      self->write(http::status::ok, metrics.text(), keep, prometheus_text);
    });
  }

  void write(http::status status, std::string text, bool keep, std::string_view type = plain_text) {
    response_ = Response(status, http_1_1);
    response_.set(http::field::content_type, beast::string_view(type.data(), type.size()));
    if (status == http::status::method_not_allowed) response_.set(http::field::allow, "GET, HEAD");
    response_.keep_alive(keep);
    response_.content_length(text.size());
    if (parser_->get().method() != http::verb::head) response_.body() = std::move(text);
    stream_.expires_after(whole_request);
    http::async_write(stream_, response_,
                      [self = shared_from_this(), keep](const beast::error_code& error, std::size_t) {
                        if (!error && keep) self->read();
                      });
  }

  beast::tcp_stream stream_;
  boost::asio::steady_timer measuring_;
  const Admin::Measure& measure_;
  const std::shared_ptr<std::size_t> open_;
  beast::flat_buffer buffer_{most_buffered};
  std::optional<http::request_parser<http::empty_body>> parser_;
  Response response_;
  bool awaits_metrics_ = false;
};

}  // namespace

Admin::Admin(boost::asio::io_context& context, const Endpoint& listen, Measure measure)
    : acceptor_(context), pause_(context), measure_(std::move(measure)) {
  try {
    acceptor_.open(endpoint_of(listen).protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint_of(listen));
    acceptor_.listen();
  } catch (const boost::system::system_error& error) {
    // Without the place in the library that it comes from.
    const boost::system::error_code plain(error.code().value(), error.code().category());
    throw boost::system::system_error(plain, "admin " + listen.text());
  }
  accept();
}

Endpoint Admin::local() const {
  const tcp::endpoint local = acceptor_.local_endpoint();
  return Endpoint::from(local.address().to_string(), local.port()).value_or(Endpoint{});
}

void Admin::accept() {
  acceptor_.async_accept([this](const beast::error_code& error, tcp::socket socket) {
    if (error == boost::asio::error::operation_aborted) return;
    if (error) return pause();
    if (*open_ < most_connections) std::make_shared<Session>(std::move(socket), measure_, open_)->read();
    accept();
  });
}

// Out of descriptors: the connection stays in the backlog, and to ask for it again at once would spin.
void Admin::pause() {
  pause_.expires_after(accept_pause);
  pause_.async_wait([this](const beast::error_code& error) {
    if (!error) accept();
  });
}

}  // namespace flowgate::server
