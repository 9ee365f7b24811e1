#include "conf/tls.h"

#include "tests/unit/conf/config_fixture.h"

namespace flowgate::conf {
namespace {

using TlsTest = ConfigTest;

TEST_F(TlsTest, ATlsListenerNeedsACertificateAndAKey) {
  EXPECT_EQ(refusal_with("listen: [tls:0.0.0.0:5061]\n"),
            "flowgate.yaml:2:9: listen: 'tls:0.0.0.0:5061' needs tls.certificate and tls.private_key");
  EXPECT_EQ(refusal_with("listen: [tls:0.0.0.0:5061]\ntls: {certificate: c.pem}\n"),
            "flowgate.yaml:2:9: listen: 'tls:0.0.0.0:5061' needs tls.certificate and tls.private_key");
}

TEST_F(TlsTest, ACertificateNeedsItsKey) {
  EXPECT_EQ(refusal_with("tls: {certificate: c.pem}\n"),
            "flowgate.yaml:2:6: tls: expected both certificate and private_key");
  EXPECT_EQ(
      refusal_with("tls: {certificate: c.pem, private_key: ./c.pem}\n"),
      "flowgate.yaml:2:40: tls.private_key: expected another file than tls.certificate, found './c.pem'");
}

TEST_F(TlsTest, BothFilesMayBeMissingFromFoldersThatExist) {
  const std::string listen = "listen: [tls:0.0.0.0:5061]\n";
  EXPECT_EQ(refusal_with(listen + "tls: {certificate: c.pem, private_key: k.pem}\n"), "");
  EXPECT_EQ(refusal_with(listen + "tls: {certificate: gone/c.pem, private_key: k.pem}\n"),
            "flowgate.yaml:3:20: tls.certificate: " + (folder / "gone").string() + ": no such folder");
  EXPECT_EQ(refusal_with(listen + "tls: {certificate: c.pem, private_key: gone/k.pem}\n"),
            "flowgate.yaml:3:40: tls.private_key: " + (folder / "gone").string() + ": no such folder");
}

TEST_F(TlsTest, OneMissingFileIsRefusedWhereItIsNamed) {
  const std::string yaml = "listen: [tls:0.0.0.0:5061]\ntls: {certificate: c.pem, private_key: k.pem}\n";
  folder.write("c.pem", "c");
  EXPECT_EQ(refusal_with(yaml), "flowgate.yaml:3:40: tls.private_key: " + (folder / "k.pem").string() +
                                    ": No such file or directory");
  folder.write("k.pem", "k");
  EXPECT_EQ(refusal_with(yaml), "");
  std::filesystem::remove(folder / "c.pem");
  EXPECT_EQ(refusal_with(yaml), "flowgate.yaml:3:20: tls.certificate: " + (folder / "c.pem").string() +
                                    ": No such file or directory");
}

TEST_F(TlsTest, WithoutATlsListenerTheFilesAreNotLookedAt) {
  folder.write("c.pem", "c");
  EXPECT_EQ(loaded_with("tls: {certificate: c.pem, private_key: gone/k.pem}\n").tls.private_key,
            folder / "gone/k.pem");
}

TEST_F(TlsTest, TheClientCaIsAFileThatCanBeRead) {
  const std::string yaml =
      "listen: [tls:0.0.0.0:5061]\ntls: {certificate: c.pem, private_key: k.pem, client_ca: ca.pem}\n";
  EXPECT_EQ(refusal_with(yaml), "flowgate.yaml:3:58: tls.client_ca: " + (folder / "ca.pem").string() +
                                    ": No such file or directory");
  folder.write("ca.pem", "ca");
  EXPECT_EQ(loaded_with(yaml).tls.client_ca, folder / "ca.pem");
}

TEST_F(TlsTest, WithoutAClientCaThereIsNone) {
  EXPECT_EQ(loaded_with("tls: {certificate: c.pem, private_key: k.pem}\n").tls.client_ca, "");
}

TEST_F(TlsTest, AClientCaNeedsACertificate) {
  EXPECT_EQ(refusal_with("tls: {client_ca: ca.pem}\n"),
            "flowgate.yaml:2:6: tls: expected both certificate and private_key");
}

}  // namespace
}  // namespace flowgate::conf
