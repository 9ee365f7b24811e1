// Sessions are resumed by tickets (RFC 5077, RFC 8446 §4.6.1).
#include <gtest/gtest.h>

#include <csignal>

#include "certificate.h"
#include "raw_tls_client.h"

namespace flowgate::transport {
namespace {

using Session = std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>;

std::string ticket_of(const SSL_SESSION& session) {
  const unsigned char* octets = nullptr;
  std::size_t size = 0;
  SSL_SESSION_get0_ticket(&session, &octets, &size);
  return {octets, octets + size};
}

// With TLS 1.2 and with TLS 1.3.
class TlsTickets : public testing::TestWithParam<int> {
 protected:
  TlsTickets() {
    ::signal(SIGPIPE, SIG_IGN);
    SSL_CTX_set_max_proto_version(client.get(), GetParam());
  }

  struct Outcome {
    bool resumed = false;
    Session session{nullptr, SSL_SESSION_free};
  };
  // A client that asks for a name, says something and hears the answer: with TLS 1.3 the ticket comes with
  // that.
  Outcome visit(const TlsContexts& contexts, SSL_SESSION* session = nullptr) {
    Edge server{{}, &contexts};
    RawTlsClient alice(server, server.listen(Protocol::tls, loopback()), client.get(), session);
    EXPECT_TRUE(SSL_is_init_finished(alice.ssl()));
    SSL_write(alice.ssl(), "\r\n\r\n", 4);
    EXPECT_EQ(alice.read(2), "\r\n");
    SSL_shutdown(alice.ssl());  // OpenSSL resumes no session whose connection was just dropped
    return {SSL_session_reused(alice.ssl()) == 1, {SSL_get1_session(alice.ssl()), SSL_SESSION_free}};
  }

  const Certificate certificate{"DNS:example.com"};
  const std::shared_ptr<TicketKeys> keys = std::make_shared<TicketKeys>();
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> client{SSL_CTX_new(TLS_client_method()),
                                                                 SSL_CTX_free};
};

INSTANTIATE_TEST_SUITE_P(Versions, TlsTickets, testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& info) { return info.param == TLS1_2_VERSION ? "Tls12" : "Tls13"; });

TEST_P(TlsTickets, ResumeASession) {
  const TlsContexts contexts(certificate.options(), keys);
  const Outcome first = visit(contexts);
  EXPECT_FALSE(first.resumed);
  EXPECT_TRUE(visit(contexts, first.session.get()).resumed);
  EXPECT_EQ(SSL_CTX_sess_number(contexts.server()), 0);
}

// RFC 8446 §C.4: clients use a ticket once. With TLS 1.2 they use it again and again.
TEST_P(TlsTickets, ResumeASessionAndWithTls13BringANewOne) {
  const TlsContexts contexts(certificate.options(), keys);
  const Outcome first = visit(contexts);
  const Outcome second = visit(contexts, first.session.get());
  ASSERT_TRUE(second.resumed);
  EXPECT_EQ(ticket_of(*second.session) != ticket_of(*first.session), GetParam() == TLS1_3_VERSION);
  EXPECT_TRUE(visit(contexts, second.session.get()).resumed);
}

TEST_P(TlsTickets, ResumeASessionAfterTheCertificatesWereLoadedAnew) {
  const Certificate renewed("DNS:example.com");
  const Outcome first = visit(TlsContexts(certificate.options(), keys));
  EXPECT_TRUE(visit(TlsContexts(renewed.options(), keys), first.session.get()).resumed);
}

TEST_P(TlsTickets, OfAnotherServerAreNoReasonToFail) {
  const Outcome first = visit(TlsContexts(certificate.options(), keys));
  EXPECT_FALSE(visit(TlsContexts(certificate.options()), first.session.get()).resumed);
}

// The ticket of a client that was let in without a certificate is not let in where one is required.
TEST_P(TlsTickets, DoNotResumeASessionWhereClientCertificatesAreTreatedOtherwise) {
  const Outcome first = visit(TlsContexts(certificate.options(), keys));
  EXPECT_FALSE(
      visit(TlsContexts(certificate.options(certificate.certificate), keys), first.session.get()).resumed);
}

}  // namespace
}  // namespace flowgate::transport
