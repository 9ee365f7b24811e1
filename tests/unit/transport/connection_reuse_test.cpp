// Connection reuse between two TLS peers on real sockets: RFC 5923.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "certificate.h"
#include "loopback.h"
#include "raw_tls_client.h"

namespace flowgate::transport {
namespace {

using Result = boost::system::result<Flow>;

// p1.example.com opens connections to the edge, which may use them for requests to p1. All trust one CA.
class ConnectionReuse : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ::signal(SIGPIPE, SIG_IGN);
    authority = new Certificate("DNS:ca.invalid");
    ::setenv("SSL_CERT_FILE", authority->certificate.c_str(), 1);
  }
  static void TearDownTestSuite() {
    ::unsetenv("SSL_CERT_FILE");
    delete authority;
  }

  void run_until(const std::function<bool()>& condition) {
    ASSERT_TRUE(edge.run_until([&] {
      p1.drain();
      return condition();
    }));
  }
  Result connect(Edge& from, Protocol protocol, const Endpoint& remote, std::string_view name) {
    Result outcome = make_error_code(boost::system::errc::timed_out);
    bool done = false;
    from.transport->connect(protocol, remote, name, [&](Result result) {
      outcome = result;
      done = true;
    });
    run_until([&] { return done; });
    return outcome;
  }
  // A request of p1 over a connection of its own.
  static std::string request(const std::string& via) {
    return "OPTIONS sip:example.net SIP/2.0\r\nVia: SIP/2.0/" + via +
           ";branch=z9hG4bK1\r\nContent-Length: 0\r\n\r\n";
  }
  std::string sent_by(const std::string& host = "p1.example.com") const {
    return host + ":" + std::to_string(p1_at.port);
  }
  // What p1 says arrives over this flow, as the edge sees it.
  Flow edge_hears(const std::string& text, const Flow& from) {
    const std::size_t before = edge.messages.size();
    EXPECT_TRUE(p1.transport->send(from, text));
    run_until([&] { return edge.messages.size() > before; });
    return edge.messages.empty() ? Flow{} : edge.messages.back().flow;
  }
  Flow edge_hears(const std::string& via) {
    const Result flow = connect(p1, Protocol::tls, edge_at, "edge.example.net");
    EXPECT_TRUE(flow) << flow.error().message();
    return edge_hears(request(via), *flow);
  }
  Result edge_connects(std::string_view name = "p1.example.com") {
    return connect(edge, Protocol::tls, p1_at, name);
  }

  static inline Certificate* authority = nullptr;
  Certificate edge_certificate{"DNS:edge.example.net", authority};
  Certificate p1_certificate{"DNS:p1.example.com,DNS:example.com", authority};
  TlsContexts edge_contexts{edge_certificate.options(authority->certificate)};
  TlsContexts p1_contexts{p1_certificate.options()};
  Edge edge{{}, &edge_contexts};
  Edge p1{{}, &p1_contexts};
  Endpoint edge_at = edge.listen(Protocol::tls, loopback());
  Endpoint p1_at = p1.listen(Protocol::tls, loopback());
};

TEST_F(ConnectionReuse, RequestsToThePeerGoOverTheConnectionThatItOpened) {
  const Flow lent = edge_hears("TLS " + sent_by() + ";alias");
  const Result flow = edge_connects();
  ASSERT_TRUE(flow) << flow.error().message();
  EXPECT_EQ(*flow, lent);
  EXPECT_TRUE(edge.transport->send(*flow, options_request("back")));
  run_until([&] { return !p1.messages.empty(); });
  EXPECT_EQ(p1.messages[0].text, options_request("back"));
  EXPECT_EQ(edge.transport->connections(), 1u);
  EXPECT_EQ(p1.transport->connections(), 1u);
}

TEST_F(ConnectionReuse, IsForEachNameOfTheCertificate) {
  const Flow lent = edge_hears("TLS " + sent_by() + ";alias");
  const Result flow = edge_connects("Example.COM");
  ASSERT_TRUE(flow) << flow.error().message();
  EXPECT_EQ(*flow, lent);
}

TEST_F(ConnectionReuse, FollowsASentByThatIsThePeersAddress) {
  const Flow lent = edge_hears("TLS " + sent_by("127.0.0.1") + ";alias");
  const Result flow = edge_connects();
  ASSERT_TRUE(flow) << flow.error().message();
  EXPECT_EQ(*flow, lent);
}

// §9.3: "a connection opened [...] on behalf of one domain can be reused to send requests in the backwards
// direction to a different domain", if it is not seen to.
TEST_F(ConnectionReuse, IsNotForADomainThatTheCertificateDoesNotName) {
  edge_hears("TLS " + sent_by() + ";alias");
  const Result flow = edge_connects("example.org");
  EXPECT_FALSE(flow);  // a connection of its own, and p1 is not example.org
}

TEST_F(ConnectionReuse, IsNotForAnotherPort) {
  const Flow lent = edge_hears("TLS p1.example.com;alias");  // 5061
  const Result flow = edge_connects();
  ASSERT_TRUE(flow) << flow.error().message();
  EXPECT_NE(*flow, lent);
}

TEST_F(ConnectionReuse, OfAnothersNameIsRefused) {
  const Flow lent = edge_hears("TLS " + sent_by("p2.example.com") + ";alias");
  const Result flow = edge_connects();
  ASSERT_TRUE(flow) << flow.error().message();
  EXPECT_NE(*flow, lent);
}

// §8.2: without the parameter the client has not agreed to it.
TEST_F(ConnectionReuse, IsNotDoneUnasked) {
  const Flow lent = edge_hears("TLS " + sent_by());
  const Result flow = edge_connects();
  ASSERT_TRUE(flow) << flow.error().message();
  EXPECT_NE(*flow, lent);
}

TEST_F(ConnectionReuse, MayBeAskedForByALaterRequest) {
  const Flow lent = edge_hears("TLS " + sent_by());
  EXPECT_EQ(edge_hears("TLS " + sent_by() + ";alias"), lent);
  const Result flow = edge_connects();
  ASSERT_TRUE(flow) << flow.error().message();
  EXPECT_EQ(*flow, lent);
}

TEST_F(ConnectionReuse, OneConnectionHasOneAddress) {
  edge_hears("TLS p1.example.com;alias");
  const Flow lent = edge_hears("TLS " + sent_by() + ";alias");
  const Result flow = edge_connects();
  ASSERT_TRUE(flow) << flow.error().message();
  EXPECT_NE(*flow, lent);
}

// §9.3: "a normal TCP or SCTP connection cannot be used to send requests in the backwards direction".
TEST_F(ConnectionReuse, IsNeverDoneOverTcp) {
  const Endpoint edge_tcp = edge.listen(Protocol::tcp, loopback());
  const Endpoint p1_tcp = p1.listen(Protocol::tcp, loopback());
  const Result from = connect(p1, Protocol::tcp, edge_tcp, "");
  ASSERT_TRUE(from) << from.error().message();
  const Flow over_tcp =
      edge_hears(request("TCP p1.example.com:" + std::to_string(p1_tcp.port) + ";alias"), *from);
  edge_hears(request("TLS " + sent_by() + ";alias"), *from);
  const Result to_tcp = connect(edge, Protocol::tcp, p1_tcp, "p1.example.com");
  ASSERT_TRUE(to_tcp) << to_tcp.error().message();
  EXPECT_NE(*to_tcp, over_tcp);
  const Result to_tls = edge_connects();
  ASSERT_TRUE(to_tls) << to_tls.error().message();
  EXPECT_NE(*to_tls, over_tcp);
}

TEST_F(ConnectionReuse, AfterItsEndIsANewConnection) {
  const Flow lent = edge_hears("TLS " + sent_by() + ";alias");
  p1.transport = std::make_unique<Transport>(p1.context, 0, 0x765432100, Options{}, unowned(p1_contexts), p1);
  p1.listen(Protocol::tls, p1_at);
  run_until([&] { return !edge.closed_flows.empty(); });
  EXPECT_EQ(edge.closed_flows, std::vector{lent});
  const Result flow = edge_connects();
  ASSERT_TRUE(flow) << flow.error().message();
  EXPECT_NE(*flow, lent);
}

// It serves for the name that it was checked for, whatever comes back over it.
TEST_F(ConnectionReuse, IsNotAskedForOverAConnectionThatWeOpened) {
  const Result opened = edge_connects();
  ASSERT_TRUE(opened) << opened.error().message();
  EXPECT_TRUE(edge.transport->send(*opened, options_request()));
  run_until([&] { return !p1.messages.empty(); });
  EXPECT_EQ(edge_hears(request("TLS " + sent_by() + ";alias"), p1.messages[0].flow), *opened);
  const Result other = edge_connects("example.com");
  ASSERT_TRUE(other) << other.error().message();
  EXPECT_NE(*other, *opened);
}

// Who does not say whom he takes for a peer takes nobody for one.
class WithoutClientCa : public ConnectionReuse {
 protected:
  WithoutClientCa() {
    edge.transport =
        std::make_unique<Transport>(edge.context, 0, 0x123456700, Options{}, unowned(trustful), edge);
    edge_at = edge.listen(Protocol::tls, loopback());
  }
  TlsContexts trustful{edge_certificate.options()};
};

TEST_F(WithoutClientCa, NothingIsReused) {
  const Flow from = edge_hears("TLS " + sent_by() + ";alias");
  const Result flow = edge_connects();
  ASSERT_TRUE(flow) << flow.error().message();
  EXPECT_NE(*flow, from);
}

// Clients as TLS knows them: those that show a certificate and those that do not.
class TlsClients : public ConnectionReuse, public testing::WithParamInterface<int> {
 protected:
  TlsClients() { SSL_CTX_set_max_proto_version(context.get(), GetParam()); }
  void show(const Certificate& certificate) {
    SSL_CTX_use_certificate(context.get(), certificate.x509.get());
    SSL_CTX_use_PrivateKey(context.get(), certificate.key.get());
  }
  bool is_refused(RawTlsClient& client) {
    return client.peer().sees_close() && edge.transport->connections() == 0 && edge.messages.empty();
  }
  Flow edge_hears_from(RawTlsClient& client, const std::string& via) {
    const std::string text = request(via);
    const std::size_t before = edge.messages.size();
    EXPECT_GT(SSL_write(client.ssl(), text.data(), static_cast<int>(text.size())), 0);
    run_until([&] { return edge.messages.size() > before; });
    return edge.messages.empty() ? Flow{} : edge.messages.back().flow;
  }

  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free};
};

INSTANTIATE_TEST_SUITE_P(Versions, TlsClients, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& info) { return info.param == TLS1_2_VERSION ? "Tls12" : "Tls13"; });

// §9.2: "If the client does not present a certificate, the server MUST proceed as if the 'alias' header field
// parameter was not present".
TEST_P(TlsClients, WithoutACertificateAreServedAndLendNothing) {
  RawTlsClient phone(edge, edge_at, context.get());
  const Flow from = edge_hears_from(phone, "TLS " + sent_by("127.0.0.1") + ";alias");
  EXPECT_TRUE(edge.transport->send(from, "\r\n\r\n"));
  EXPECT_EQ(phone.read(4), "\r\n\r\n");
  const Result flow = edge_connects();
  ASSERT_TRUE(flow) << flow.error().message();
  EXPECT_NE(*flow, from);
}

// RFC 5922 §7.1: a user is no domain.
TEST_P(TlsClients, WithAUsersCertificateLendNothing) {
  show(Certificate("URI:sip:p1@p1.example.com", authority));
  RawTlsClient phone(edge, edge_at, context.get());
  const Flow from = edge_hears_from(phone, "TLS " + sent_by("127.0.0.1") + ";alias");
  const Result flow = edge_connects();
  ASSERT_TRUE(flow) << flow.error().message();
  EXPECT_NE(*flow, from);
}

TEST_P(TlsClients, WithACertificateOfAnotherCaAreRefused) {
  show(Certificate("DNS:p1.example.com"));
  RawTlsClient mallory(edge, edge_at, context.get());
  EXPECT_TRUE(is_refused(mallory));
}

// RFC 5922 §7.1: "implementations MUST check for restrictions on certificate usage declared by any
// extendedKeyUsage extensions".
TEST_P(TlsClients, WithACertificateThatIsForServersAreRefused) {
  show(Certificate("DNS:p1.example.com", authority, "serverAuth"));
  RawTlsClient p1_as_client(edge, edge_at, context.get());
  EXPECT_TRUE(is_refused(p1_as_client));
}

TEST_P(TlsClients, WithMoreCertificatesThanAPeerNeedsAreRefused) {
  show(p1_certificate);
  for (int i = 0; i < 200; ++i) SSL_CTX_add1_chain_cert(context.get(), authority->x509.get());
  RawTlsClient mallory(edge, edge_at, context.get());
  EXPECT_TRUE(is_refused(mallory));
}

TEST_P(TlsClients, MayResumeASessionAndAreStillKnown) {
  show(p1_certificate);
  std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)> session(nullptr, SSL_SESSION_free);
  {
    RawTlsClient first(edge, edge_at, context.get());
    SSL_write(first.ssl(), "\r\n\r\n", 4);
    EXPECT_EQ(first.read(2), "\r\n");  // and the ticket in front of it
    session.reset(SSL_get1_session(first.ssl()));
    SSL_shutdown(first.ssl());
  }
  RawTlsClient second(edge, edge_at, context.get(), session.get());
  EXPECT_TRUE(SSL_session_reused(second.ssl()));
  const Flow lent = edge_hears_from(second, "TLS " + sent_by() + ";alias");
  const Result flow = edge_connects();
  ASSERT_TRUE(flow) << flow.error().message();
  EXPECT_EQ(*flow, lent);
}

}  // namespace
}  // namespace flowgate::transport
