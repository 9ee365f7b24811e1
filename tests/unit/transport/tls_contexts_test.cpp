#include "transport/tls_contexts.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <fstream>

#include "certificate.h"

namespace flowgate::transport {
namespace {

std::string failure_of(const std::filesystem::path& certificate, const std::filesystem::path& private_key) {
  try {
    const TlsContexts contexts(certificate, private_key);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

TEST(TlsContexts, ServeTls12AndAboveOnly) {
  const Certificate pair;
  const TlsContexts contexts(pair.certificate, pair.private_key);
  EXPECT_EQ(SSL_CTX_get_min_proto_version(contexts.server()), TLS1_2_VERSION);
  EXPECT_EQ(SSL_CTX_get_min_proto_version(contexts.client()), TLS1_2_VERSION);
}

TEST(TlsContexts, VerifyThePeersThatWeConnectTo) {
  const Certificate pair;
  const TlsContexts contexts(pair.certificate, pair.private_key);
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

}  // namespace
}  // namespace flowgate::transport
