#include "proxy/server/admin.h"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace flowgate::server {
namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using Response = http::response<http::string_body>;

class Client {
 public:
  explicit Client(const Endpoint& server) : socket_(context_) {
    socket_.connect({boost::asio::ip::make_address(server.address()), server.port});
  }

  void send(std::string_view text) { boost::asio::write(socket_, boost::asio::buffer(text)); }
  Response receive(bool to_head = false) {
    http::response_parser<http::string_body> parser;
    parser.skip(to_head);
    http::read(socket_, buffer_, parser);
    return parser.release();
  }
  Response ask(std::string_view line, std::string_view fields = "") {
    send(std::string(line) + " HTTP/1.1\r\nHost: flowgate\r\n" + std::string(fields) + "\r\n");
    return receive(line.starts_with("HEAD"));
  }
  bool is_closed() {
    char octet = 0;
    boost::system::error_code error;
    socket_.read_some(boost::asio::buffer(&octet, 1), error);
    return error == boost::asio::error::eof || error == boost::asio::error::connection_reset;
  }

 private:
  boost::asio::io_context context_;
  tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
};

class AdminTest : public testing::TestWithParam<const char*> {
 protected:
  using Done = std::function<void(const Metrics&)>;

  ~AdminTest() override {
    context.stop();
    thread.join();
  }

  // What a shard does at last that was busy.
  void answer_late() {
    std::promise<void> answered;
    boost::asio::post(context, [&] {
      for (const Done& done : waiting) done({});
      waiting.clear();
      busy = false;
      answered.set_value();
    });
    answered.get_future().wait();
  }

  boost::asio::io_context context{1};
  bool busy = false;  // like `waiting`, of the thread
  std::vector<Done> waiting;
  Admin admin{context, *Endpoint::from(GetParam(), 0), [this](Done done) {
                if (busy) return waiting.push_back(std::move(done));
                boost::asio::post(context, [done = std::move(done)] {
                  Metrics metrics;
                  metrics.bindings = 7;
                  done(metrics);
                });
              }};
  std::thread thread{[this] { context.run(); }};
};

INSTANTIATE_TEST_SUITE_P(Addresses, AdminTest, testing::Values("127.0.0.1", "::1"),
                         [](const auto& info) { return info.index == 0 ? "v4" : "v6"; });

TEST_P(AdminTest, AConnectionServesRequestsUntilTheClientWantsItClosed) {
  Client client(admin.local());
  const Response metrics = client.ask("GET /metrics");
  EXPECT_EQ(metrics.result_int(), 200U);
  EXPECT_EQ(metrics[http::field::content_type], "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(metrics.body().find("\nflowgate_bindings 7\n"), std::string::npos) << metrics.body();
  EXPECT_EQ(client.ask("HEAD /metrics")[http::field::content_length], std::to_string(metrics.body().size()));
  const Response refusal = client.ask("DELETE /metrics");
  EXPECT_EQ(refusal.result_int(), 405U);
  EXPECT_EQ(refusal[http::field::allow], "GET, HEAD");
  const Response last = client.ask("GET /health", "Connection: close\r\n");
  EXPECT_EQ(last.body(), "ok\n");
  EXPECT_EQ(last[http::field::connection], "close");
  EXPECT_TRUE(client.is_closed());
}

// RFC 9110 §9.3.2: "the server MUST NOT send content in the response".
TEST_P(AdminTest, HeadHasTheFieldsAndNoContent) {
  Client client(admin.local());
  for (const char* path : {"/metrics", "/health", "/nothing"}) {
    const Response whole = client.ask(std::string("GET ") + path);
    const Response head = client.ask(std::string("HEAD ") + path);
    EXPECT_EQ(head.result_int(), whole.result_int()) << path;
    EXPECT_EQ(head[http::field::content_type], whole[http::field::content_type]) << path;
    EXPECT_EQ(head[http::field::content_length], std::to_string(whole.body().size())) << path;
  }
}

// RFC 9112 §3.2.1, §3.2.2: origin-form and absolute-form.
TEST_P(AdminTest, TheQueryIsIgnoredAndTheTargetMayBeAbsolute) {
  Client client(admin.local());
  for (const char* target : {"/health?x", "/health?", "/health?/metrics", "http://flowgate/health",
                             "HTTP://[2001:db8::1]:9060/health?x"}) {
    EXPECT_EQ(client.ask(std::string("GET ") + target).body(), "ok\n") << target;
  }
  for (const char* target :
       {"/healthandmore", "/?/health", "*", "http://flowgate", "http://flowgate?/health", "http:///health",
        "http://me@flowgate/health", "https://flowgate/health", "flowgate/health"}) {
    EXPECT_EQ(client.ask(std::string("GET ") + target).result_int(), 404U) << target;
  }
}

// RFC 9112 §3.2: a "400 (Bad Request) status code to any HTTP/1.1 request message that lacks a Host header
// field and to any request message that contains more than one Host header field line or a Host header field
// with an invalid field value."
TEST_P(AdminTest, OneHostIsNeeded) {
  for (const char* request :
       {"GET /health HTTP/1.1\r\n\r\n", "GET http://a/health HTTP/1.1\r\n\r\n",
        "GET /nothing HTTP/1.1\r\n\r\n", "GET /health HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET /health HTTP/1.0\r\nHost: a\r\nAccept: *\r\nHost: b\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: a, b\r\n\r\n", "GET /health HTTP/1.1\r\nHost: me@a\r\n\r\n"}) {
    Client client(admin.local());
    client.send(request);
    ASSERT_EQ(client.receive().result_int(), 400U) << request;
    EXPECT_TRUE(client.is_closed()) << request;
  }
  for (const char* request : {"GET /health HTTP/1.0\r\n\r\n", "GET /health HTTP/1.1\r\nHost:\r\n\r\n",
                              "GET /health HTTP/1.1\r\nHost: [::1]:9060\r\n\r\n",
                              "GET /health HTTP/1.1\r\nHost: flow_gate.example:9060\r\n\r\n"}) {
    Client client(admin.local());
    client.send(request);
    EXPECT_EQ(client.receive().result_int(), 200U) << request;
  }
}

TEST_P(AdminTest, RequestsThatComeTogetherAreAnsweredInOrder) {
  Client client(admin.local());
  client.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\nGET /health HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(client.receive().body().starts_with("# HELP "));
  EXPECT_EQ(client.receive().body(), "ok\n");
}

TEST_P(AdminTest, ABodyIsRefused) {
  for (const char* fields :
       {"Content-Length: 1000000\r\n", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}) {
    Client client(admin.local());
    EXPECT_EQ(client.ask("POST /metrics", fields).result_int(), 413U) << fields;
    EXPECT_TRUE(client.is_closed());
  }
}

TEST_P(AdminTest, ABusyShardIsNotWaitedForLongerThanASecond) {
  boost::asio::post(context, [this] { busy = true; });
  Client client(admin.local());
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(client.ask("GET /metrics").result_int(), 503U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_EQ(client.ask("GET /health").result_int(), 200U);
  answer_late();
  // Nothing came of that, and the connection is as good as before.
  EXPECT_NE(client.ask("GET /metrics").body().find("\nflowgate_bindings 7\n"), std::string::npos);
}

TEST_P(AdminTest, WhoGoesWhileAShardIsBusyIsNotMissed) {
  boost::asio::post(context, [this] { busy = true; });
  { Client(admin.local()).send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"); }
  EXPECT_EQ(Client(admin.local()).ask("GET /metrics").result_int(), 503U);
  answer_late();
  EXPECT_EQ(Client(admin.local()).ask("GET /metrics").result_int(), 200U);
}

}  // namespace
}  // namespace flowgate::server
