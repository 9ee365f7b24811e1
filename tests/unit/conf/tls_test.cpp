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

TEST_F(TlsTest, MoreCertificatesAreAListOfPairs) {
  for (const char* file : {"c.pem", "k.pem", "d.pem", "l.pem"}) folder.write(file, "x");
  const std::string yaml =
      "listen: [tls:0.0.0.0:5061]\ntls:\n  certificate: c.pem\n  private_key: k.pem\n  certificates:\n";
  const Tls tls = loaded_with(yaml + "    - {certificate: d.pem, private_key: l.pem}\n").tls;
  ASSERT_EQ(tls.more.size(), 1U);
  EXPECT_EQ(tls.more[0].certificate, folder / "d.pem");
  EXPECT_EQ(tls.more[0].private_key, folder / "l.pem");
  EXPECT_EQ(refusal_with(yaml + "    - {certificate: d.pem}\n"),
            "flowgate.yaml:7:7: tls.certificates: expected both certificate and private_key");
  EXPECT_EQ(refusal_with(yaml + "    - {certificate: d.pem, private_key: gone.pem}\n"),
            "flowgate.yaml:7:41: tls.certificates.private_key: " + (folder / "gone.pem").string() +
                ": No such file or directory");
}

TEST_F(TlsTest, ClientCertificatesAreAskedForWithAClientCaOnly) {
  const std::string yaml = "tls: {certificate: c.pem, private_key: k.pem";
  EXPECT_EQ(loaded_with(yaml + "}\n").tls.client_certificates, ClientCertificates::none);
  EXPECT_EQ(loaded_with(yaml + ", client_ca: a.pem}\n").tls.client_certificates,
            ClientCertificates::optional);
  EXPECT_EQ(
      loaded_with(yaml + ", client_ca: a.pem, client_certificates: required}\n").tls.client_certificates,
      ClientCertificates::required);
  EXPECT_EQ(refusal_with(yaml + ", client_ca: a.pem, client_certificates: never}\n"),
            "flowgate.yaml:2:86: tls.client_certificates: expected optional or required, found 'never'");
  EXPECT_EQ(refusal_with(yaml + ", client_certificates: required}\n"),
            "flowgate.yaml:2:68: tls.client_certificates: needs tls.client_ca: the CA that vouches for them");
}

TEST_F(TlsTest, TheLeastVersionIsTwelveOrThirteen) {
  const std::string yaml = "tls: {certificate: c.pem, private_key: k.pem";
  EXPECT_FALSE(loaded_with(yaml + "}\n").tls.only_tls_1_3);
  EXPECT_FALSE(loaded_with(yaml + ", min_version: 1.2}\n").tls.only_tls_1_3);
  EXPECT_TRUE(loaded_with(yaml + ", min_version: \"1.3\"}\n").tls.only_tls_1_3);
  EXPECT_EQ(refusal_with(yaml + ", min_version: 1.1}\n"),
            "flowgate.yaml:2:60: tls.min_version: expected 1.2 or 1.3, found '1.1'");
}

}  // namespace
}  // namespace flowgate::conf
