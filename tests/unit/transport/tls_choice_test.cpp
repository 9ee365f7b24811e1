// Which certificate is shown to a client, and what is asked of it.
#include <gtest/gtest.h>

#include <csignal>

#include "certificate.h"
#include "raw_tls_client.h"

namespace flowgate::transport {
namespace {

class TlsChoice : public testing::Test {
 protected:
  TlsChoice() { ::signal(SIGPIPE, SIG_IGN); }

  // The certificate that a client is shown who asks for `name`.
  static const Certificate* shown(const TlsContexts& contexts, const std::string& name,
                                  std::initializer_list<const Certificate*> known) {
    Edge server{{}, &contexts};
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                    SSL_CTX_free);
    RawTlsClient alice(server, server.listen(Protocol::tls, loopback()), context.get(), nullptr, name);
    const X509* certificate = SSL_get0_peer_certificate(alice.ssl());
    for (const Certificate* each : known) {
      if (certificate && X509_cmp(certificate, each->x509.get()) == 0) return each;
    }
    return nullptr;
  }

  // Is a client served that shows this certificate, or none?
  static bool served(const TlsContexts& contexts, const Certificate* client) {
    Edge server{{}, &contexts};
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                    SSL_CTX_free);
    if (client) {
      SSL_CTX_use_certificate(context.get(), client->x509.get());
      SSL_CTX_use_PrivateKey(context.get(), client->key.get());
    }
    RawTlsClient alice(server, server.listen(Protocol::tls, loopback()), context.get());
    SSL_write(alice.ssl(), "\r\n\r\n", 4);
    std::string octets;
    server.run_until([&] {
      char buffer[16];
      const int count = SSL_read(alice.ssl(), buffer, sizeof buffer);
      if (count > 0) octets.append(buffer, static_cast<std::size_t>(count));
      return !octets.empty() || SSL_get_error(alice.ssl(), count) != SSL_ERROR_WANT_READ;
    });
    return octets == "\r\n";
  }

  // What is agreed on with a client that has these in this order.
  static std::string cipher(const char* tls_1_3, const char* tls_1_2, int version) {
    const Certificate own("DNS:example.com");
    const TlsContexts contexts(own.options());
    Edge server{{}, &contexts};
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                    SSL_CTX_free);
    SSL_CTX_set_max_proto_version(context.get(), version);
    SSL_CTX_set_ciphersuites(context.get(), tls_1_3);
    SSL_CTX_set_cipher_list(context.get(), tls_1_2);
    RawTlsClient alice(server, server.listen(Protocol::tls, loopback()), context.get());
    return SSL_get_cipher_name(alice.ssl());
  }

  const Certificate first{"DNS:example.com"}, second{"DNS:example.org,DNS:*.example.org"};
};

TEST_F(TlsChoice, AClientIsShownTheCertificateOfTheNameThatItAsksFor) {
  const TlsContexts contexts({.pairs = {first.files(), second.files()}});
  const auto all = {&first, &second};
  EXPECT_EQ(shown(contexts, "example.com", all), &first);
  EXPECT_EQ(shown(contexts, "Example.org", all), &second);
  EXPECT_EQ(shown(contexts, "sip.example.org", all), &second);
}

TEST_F(TlsChoice, ANameThatNobodyBearsAndNoNameAreShownTheFirst) {
  const TlsContexts contexts({.pairs = {first.files(), second.files()}});
  const auto all = {&first, &second};
  EXPECT_EQ(shown(contexts, "example.net", all), &first);
  EXPECT_EQ(shown(contexts, "", all), &first);
}

TEST_F(TlsChoice, ACertificateThatNobodyCanAskForIsRefused) {
  const Certificate nameless("IP:127.0.0.1");
  try {
    const TlsContexts contexts({.pairs = {first.files(), nameless.files()}});
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(error.what(), nameless.certificate.string() + ": has no DNS name in its subjectAltName");
  }
}

TEST_F(TlsChoice, AClientCertificateIsOptionalOrRequired) {
  const Certificate authority("DNS:ca.invalid"), phone("DNS:phone.example.com", &authority), stranger;
  TlsOptions options = first.options(authority.certificate);
  const TlsContexts optional(options);
  EXPECT_TRUE(served(optional, nullptr));
  EXPECT_TRUE(served(optional, &phone));
  EXPECT_FALSE(served(optional, &stranger));
  options.client_certificates = ClientCertificates::required;
  const TlsContexts required(options);
  EXPECT_FALSE(served(required, nullptr));
  EXPECT_TRUE(served(required, &phone));
  EXPECT_FALSE(served(required, &stranger));
}

TEST_F(TlsChoice, Tls13MayBeTheLeast) {
  TlsOptions options = first.options();
  options.only_tls_1_3 = true;
  const TlsContexts contexts(options);
  EXPECT_EQ(SSL_CTX_get_min_proto_version(contexts.server()), TLS1_3_VERSION);
  EXPECT_EQ(SSL_CTX_get_min_proto_version(contexts.client()), TLS1_3_VERSION);
}

TEST_F(TlsChoice, TheCipherWithTheCheapestHandshakeIsTaken) {
  EXPECT_EQ(cipher("TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256", "DEFAULT", TLS1_3_VERSION),
            "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(cipher("", "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256", TLS1_2_VERSION),
            "ECDHE-ECDSA-AES128-GCM-SHA256");
}

TEST_F(TlsChoice, AClientWithoutTheCheapestCipherIsServedAllTheSame) {
  EXPECT_EQ(cipher("TLS_AES_256_GCM_SHA384", "DEFAULT", TLS1_3_VERSION), "TLS_AES_256_GCM_SHA384");
  EXPECT_EQ(cipher("", "ECDHE-ECDSA-AES256-SHA", TLS1_2_VERSION), "ECDHE-ECDSA-AES256-SHA");
}

TEST_F(TlsChoice, AClientThatWouldRatherHaveChaChaGetsIt) {
  EXPECT_EQ(cipher("TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256", "DEFAULT", TLS1_3_VERSION),
            "TLS_CHACHA20_POLY1305_SHA256");
}

TEST_F(TlsChoice, ConnectionsStayWhenTheCertificatesAreLoadedAnew) {
  const Certificate renewed("DNS:example.com");
  auto contexts = std::make_shared<const TlsContexts>(first.options());
  Edge server{{}, contexts.get()};
  server.transport->use(contexts);
  const Endpoint local = server.listen(Protocol::tls, loopback());
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  RawTlsClient alice(server, local, context.get());
  contexts = std::make_shared<const TlsContexts>(renewed.options());
  server.transport->use(contexts);
  RawTlsClient bob(server, local, context.get());
  EXPECT_EQ(X509_cmp(SSL_get0_peer_certificate(bob.ssl()), renewed.x509.get()), 0);
  for (RawTlsClient* client : {&alice, &bob}) {
    SSL_write(client->ssl(), "\r\n\r\n", 4);
    EXPECT_EQ(client->read(2), "\r\n");
  }
}

}  // namespace
}  // namespace flowgate::transport
