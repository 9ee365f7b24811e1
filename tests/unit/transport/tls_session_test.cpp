#include "transport/tls_session.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "certificate.h"
#include "loopback.h"
#include "raw_tls_client.h"

namespace flowgate::transport {
namespace {

using Result = boost::system::result<Flow>;

// Both ends are Transports; the one that connects trusts the certificate of the other.
class Tls : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ::signal(SIGPIPE, SIG_IGN);
    certificate = new Certificate("DNS:example.com,DNS:*.example.org,IP:127.0.0.1,IP:::1");
    ::setenv("SSL_CERT_FILE", certificate->certificate.c_str(), 1);
    contexts = new TlsContexts(certificate->options());
    ::unsetenv("SSL_CERT_FILE");
    distrustful = new TlsContexts(certificate->options());
  }
  static void TearDownTestSuite() {
    delete distrustful;
    delete contexts;
    delete certificate;
  }
  static Options options() {
    Options options;
    options.handshake_timeout = options.connect_timeout = options.message_timeout = std::chrono::seconds(1);
    return options;
  }

  Result connect(Edge& edge, std::string_view name, const Endpoint& remote) {
    std::optional<Result> outcome;
    edge.transport->connect(Protocol::tls, remote, name, [&](Result result) { outcome = result; });
    EXPECT_TRUE(both_until([&] { return outcome.has_value(); }));
    return outcome.value_or(
        Result(boost::system::error_code(boost::system::errc::timed_out, boost::system::generic_category())));
  }
  // Two more ends, both with `shown`.
  static bool reaches(const Certificate& shown, std::string_view name) {
    ::setenv("SSL_CERT_FILE", shown.certificate.c_str(), 1);
    TlsContexts trusting(shown.options());
    ::unsetenv("SSL_CERT_FILE");
    Edge bob(options(), &trusting);
    Edge carol(options(), &trusting);
    std::optional<Result> outcome;
    carol.transport->connect(Protocol::tls, bob.listen(Protocol::tls, loopback()), name,
                             [&](Result result) { outcome = result; });
    EXPECT_TRUE(carol.run_until([&] {
      bob.drain();
      return outcome.has_value();
    }));
    return outcome && *outcome;
  }
  bool both_until(const std::function<bool()>& condition) {
    return alice.run_until([&] {
      server.drain();
      return condition();
    });
  }

  static inline Certificate* certificate = nullptr;
  static inline TlsContexts* contexts = nullptr;
  static inline TlsContexts* distrustful = nullptr;
  Edge server{options(), contexts};
  Edge alice{options(), contexts};
  Endpoint local = server.listen(Protocol::tls, loopback());
};

TEST_F(Tls, MessagesGoBothWays) {
  const Result flow = connect(alice, "example.com", local);
  ASSERT_TRUE(flow) << flow.error().message();
  EXPECT_EQ(flow->protocol, Protocol::tls);
  server.on_received = [&](const Flow& back, std::span<char>) {
    EXPECT_EQ(back.protocol, Protocol::tls);
    EXPECT_TRUE(server.transport->send(back, options_request("back")));
  };
  EXPECT_TRUE(alice.transport->send(*flow, options_request("forth")));
  ASSERT_TRUE(both_until([&] { return !alice.messages.empty(); }));
  EXPECT_EQ(server.messages[0].text, options_request("forth"));
  EXPECT_EQ(alice.messages[0].text, options_request("back"));
}

TEST_F(Tls, MessagesGoBothWaysOverIPv6) {
  const Endpoint there = server.listen(Protocol::tls, loopback(true));
  const Result flow = connect(alice, "::1", there);
  ASSERT_TRUE(flow) << flow.error().message();
  EXPECT_TRUE(alice.transport->send(*flow, options_request()));
  EXPECT_TRUE(both_until([&] { return server.messages.size() == 1; }));
}

TEST_F(Tls, AMessageOfManyRecordsComesWhole) {
  const Result flow = connect(alice, "example.com", local);
  ASSERT_TRUE(flow);
  const std::string large = options_request(std::string(60000, 'x'));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(alice.transport->send(*flow, large));
  ASSERT_TRUE(both_until([&] { return server.messages.size() == 10; }));
  for (const auto& message : server.messages) EXPECT_TRUE(message.text == large);
}

TEST_F(Tls, WhatTheKernelDoesNotTakeWaitsAndThenGoesOut) {
  const Result flow = connect(alice, "example.com", local);
  ASSERT_TRUE(flow);
  const std::string large = options_request(std::string(60000, 'x'));
  std::size_t sent = 0;
  // The server does not run: the kernel fills up, then the queue, and at last the connection is closed. Stop
  // before.
  for (; sent < 60; ++sent) ASSERT_TRUE(alice.transport->send(*flow, large));
  ASSERT_TRUE(both_until([&] { return server.messages.size() == sent; }));
  EXPECT_TRUE(alice.transport->send(*flow, options_request("last")));
  ASSERT_TRUE(both_until([&] { return server.messages.size() == sent + 1; }));
  EXPECT_EQ(server.messages.back().text, options_request("last"));
}

TEST_F(Tls, ThePeerThatClosesIsReportedOnce) {
  const Result flow = connect(alice, "example.com", local);
  ASSERT_TRUE(flow);
  alice.transport->send(*flow, options_request());
  ASSERT_TRUE(both_until([&] { return server.messages.size() == 1; }));
  server.transport->stop();
  ASSERT_TRUE(both_until([&] { return !alice.closed_flows.empty(); }));
  alice.drain();
  EXPECT_EQ(alice.closed_flows, std::vector{*flow});
  EXPECT_FALSE(alice.transport->send(*flow, "hello"));
}

// RFC 5922 §7.2.
TEST_F(Tls, ACertificateOfAnotherNameIsRefused) {
  const Result flow = connect(alice, "example.net", local);
  ASSERT_FALSE(flow);
  EXPECT_NE(flow.error().message().find("certificate verify failed"), std::string::npos)
      << flow.error().message();
  EXPECT_EQ(alice.transport->connections(), 0u);
}

// RFC 5922 §7.2: "MUST NOT match any form of wildcard".
TEST_F(Tls, AWildcardMatchesNoName) {
  EXPECT_FALSE(connect(alice, "sip.example.org", local));
}

// RFC 5922 §7.1: what has a "sip" URI is for the domain in it, and for no DNS name beside it.
TEST_F(Tls, TheDomainIsThatOfASipUri) {
  const Certificate shown("URI:sip:example.com,DNS:www.example.com,IP:127.0.0.1");
  EXPECT_TRUE(reaches(shown, "example.com"));
  EXPECT_TRUE(reaches(shown, "Example.COM"));
  EXPECT_FALSE(reaches(shown, "www.example.com"));
  EXPECT_TRUE(reaches(shown, "127.0.0.1"));
}

// RFC 5922 §7.1 MAY look at it where there is nothing else; nobody here does.
TEST_F(Tls, ACommonNameIsNoDomain) {
  const Certificate shown("");
  EXPECT_FALSE(reaches(shown, Certificate::common_name));
}

TEST_F(Tls, AnAddressMayBeTheName) {
  EXPECT_TRUE(connect(alice, "127.0.0.1", local));
  EXPECT_FALSE(connect(alice, "127.0.0.2", local));
}

TEST_F(Tls, ACertificateThatNobodyTrustsIsRefused) {
  Edge bob(options(), distrustful);
  std::optional<Result> outcome;
  bob.transport->connect(Protocol::tls, local, "example.com", [&](Result result) { outcome = result; });
  ASSERT_TRUE(bob.run_until([&] {
    server.drain();
    return outcome.has_value();
  }));
  EXPECT_FALSE(*outcome);
  EXPECT_TRUE(server.closed_flows.empty());
}

TEST_F(Tls, WithoutANameThereIsNothingToCheckAndNoConnection) {
  EXPECT_EQ(connect(alice, "", local).error(), boost::system::errc::invalid_argument);
}

TEST_F(Tls, AConnectionCheckedForOneNameDoesNotServeAnother) {
  const Result first = connect(alice, "example.com", local);
  const Result again = connect(alice, "example.com", local);
  const Result other = connect(alice, "127.0.0.1", local);
  ASSERT_TRUE(first && again && other);
  EXPECT_EQ(*first, *again);
  EXPECT_NE(first->serial, other->serial);
}

TEST_F(Tls, PlainTextIsClosed) {
  Peer mallory = Peer::tcp(server, local);
  mallory.send(options_request());
  EXPECT_TRUE(mallory.sees_close());
  EXPECT_EQ(server.transport->connections(), 0u);
  EXPECT_TRUE(server.messages.empty());
  EXPECT_TRUE(server.closed_flows.empty());
}

TEST_F(Tls, AHandshakeThatDoesNotEndInTimeIsClosed) {
  Peer mallory = Peer::tcp(server, local);
  ASSERT_TRUE(server.run_until([&] { return server.transport->connections() == 1; }));
  EXPECT_TRUE(mallory.sees_close());
  EXPECT_EQ(server.transport->connections(), 0u);
}

TEST_F(Tls, AServerThatDoesNotAnswerFailsTheConnectInTime) {
  Edge silent;  // plain TCP, which waits for more of what might be a message
  const Endpoint remote = silent.listen(Protocol::tcp, loopback());
  const Result flow = connect(alice, "example.com", remote);
  EXPECT_EQ(flow.error(), boost::system::errc::timed_out);
}

TEST_F(Tls, ARecordThatDoesNotEndInTimeClosesTheConnection) {
  RawTlsClient mallory(server, local, contexts->client());
  ASSERT_EQ(server.transport->connections(), 1u);
  mallory.peer().send(std::string("\x17\x03\x03\x20\x00", 5) + "the first of 8192 octets");
  ASSERT_TRUE(server.run_until([&] { return server.transport->connections() == 0; }));
}

TEST_F(Tls, AnIdleConnectionStaysBeyondTheMessageTimeout) {
  RawTlsClient bob(server, local, contexts->client());
  SSL_write(bob.ssl(), "\r\n\r\n", 4);
  Peer mallory = Peer::tcp(server, local);  // closed when a time as long as the message timeout is over
  ASSERT_TRUE(mallory.sees_close());
  SSL_write(bob.ssl(), "\r\n\r\n", 4);
  EXPECT_EQ(bob.read(4), "\r\n\r\n");
  EXPECT_EQ(server.transport->connections(), 1u);
}

TEST_F(Tls, RenegotiationIsRefused) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
  {
    RawTlsClient mallory(server, local, context);
    SSL_renegotiate(mallory.ssl());
    bool refused = false;
    server.run_until([&] {
      const int result = SSL_do_handshake(mallory.ssl());
      refused = result <= 0 && SSL_get_error(mallory.ssl(), result) != SSL_ERROR_WANT_READ;
      return refused || result == 1;
    });
    EXPECT_TRUE(refused);
  }
  SSL_CTX_free(context);
}

}  // namespace
}  // namespace flowgate::transport
