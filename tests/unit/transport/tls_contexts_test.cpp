#include "transport/tls_contexts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <fstream>

#include "certificate.h"

namespace flowgate::transport {
namespace {

std::string failure_of(const std::filesystem::path& certificate, const std::filesystem::path& private_key,
                       const std::filesystem::path& client_ca = {}) {
  try {
    const auto asked = client_ca.empty() ? ClientCertificates::none : ClientCertificates::optional;
    const TlsContexts contexts(
        {.pairs = {{certificate, private_key}}, .client_certificates = asked, .client_ca = client_ca});
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(TlsContexts, ServeTls12AndAboveOnly) {
  const Certificate pair;
  const TlsContexts contexts(pair.options());
  EXPECT_EQ(SSL_CTX_get_min_proto_version(contexts.server()), TLS1_2_VERSION);
  EXPECT_EQ(SSL_CTX_get_min_proto_version(contexts.client()), TLS1_2_VERSION);
}

TEST(TlsContexts, VerifyThePeersThatWeConnectTo) {
  const Certificate pair;
  const TlsContexts contexts(pair.options());
  EXPECT_EQ(SSL_CTX_get_verify_mode(contexts.client()), SSL_VERIFY_PEER);
  EXPECT_EQ(SSL_CTX_get_verify_mode(contexts.server()), SSL_VERIFY_NONE);
}

TEST(TlsContexts, AMissingFileIsNamed) {
  const Certificate pair;
  const auto missing = pair.directory / "missing.pem";
  EXPECT_EQ(failure_of(missing, pair.private_key), missing.string() + ": No such file or directory");
  EXPECT_EQ(failure_of(pair.certificate, missing), missing.string() + ": No such file or directory");
}

TEST(TlsContexts, ADirectoryIsNoFile) {
  const Certificate pair;
  const auto directory = pair.certificate.parent_path();
  EXPECT_EQ(failure_of(directory, pair.private_key), directory.string() + ": Is a directory");
}

TEST(TlsContexts, AFileThatIsNotPemIsNamed) {
  const Certificate pair;
  const auto text = pair.directory / "text.pem";
  std::ofstream(text) << "hello\n";
  EXPECT_EQ(failure_of(text, pair.private_key), text.string() + ": no certificate in PEM form");
  EXPECT_EQ(failure_of(pair.private_key, pair.private_key),
            pair.private_key.string() + ": no certificate in PEM form");
  for (const auto& file : {text, pair.certificate}) {
    EXPECT_EQ(failure_of(pair.certificate, file), file.string() + ": no private key in PEM form");
  }
}

TEST(TlsContexts, AnEmptyFileIsNamed) {
  const Certificate pair;
  const auto empty = pair.directory / "empty.pem";
  std::ofstream(empty).flush();
  EXPECT_EQ(failure_of(empty, pair.private_key), empty.string() + ": no certificate in PEM form");
}

TEST(TlsContexts, AKeyOfAnotherCertificateIsNamed) {
  const Certificate pair;
  const Certificate other;
  EXPECT_EQ(failure_of(pair.certificate, other.private_key),
            other.private_key.string() + ": does not match the certificate in " + pair.certificate.string());
}

TEST(TlsContexts, AKeyWithAPassphraseIsRefusedWithoutAsking) {
  const Certificate pair;
  const auto secret = pair.directory / "secret.pem";
  EXPECT_EQ(failure_of(pair.certificate, secret), secret.string() + ": needs a passphrase");
}

// RFC 5923 §9.2; RFC 5922 §7.4: not to have one is no failure.
TEST(TlsContexts, WithAClientCaClientsAreAskedForACertificateAndNeedNone) {
  const Certificate pair;
  const Certificate authority("DNS:ca.invalid");
  const TlsContexts contexts(pair.options(authority.certificate));
  EXPECT_EQ(SSL_CTX_get_verify_mode(contexts.server()), SSL_VERIFY_PEER);
  const STACK_OF(X509_NAME)* asked = SSL_CTX_get_client_CA_list(contexts.server());
  ASSERT_EQ(sk_X509_NAME_num(asked), 1);
  EXPECT_EQ(X509_NAME_cmp(sk_X509_NAME_value(asked, 0), X509_get_subject_name(authority.x509.get())), 0);
}

TEST(TlsContexts, AClientCaThatCannotBeUsedIsNamed) {
  const Certificate pair;
  const auto failure = [&](const std::filesystem::path& client_ca) {
    return failure_of(pair.certificate, pair.private_key, client_ca);
  };
  const auto missing = pair.directory / "missing.pem";
  EXPECT_EQ(failure(missing), missing.string() + ": No such file or directory");
  EXPECT_EQ(failure(pair.private_key), pair.private_key.string() + ": no certificate in PEM form");
  const auto torn = pair.directory / "torn.pem";
  std::filesystem::copy(pair.certificate, torn);
  std::ofstream(torn, std::ios::app) << "-----BEGIN CERTIFICATE-----\nhello\n-----END CERTIFICATE-----\n";
  EXPECT_THAT(failure(torn), testing::StartsWith(torn.string() + ": cannot be used as CA: "));
}

}  // namespace
}  // namespace flowgate::transport
