#include "conf/dev_certificate.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <functional>
#include <memory>

#include "conf/error.h"
#include "tests/unit/conf/temporary_folder.h"

namespace flowgate::conf {
namespace {

namespace fs = std::filesystem;

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

struct DevCertificateTest : testing::Test {
  bool make(const std::vector<std::string>& domains, const std::vector<Endpoint>& addresses = {}) const {
    return make_missing_certificate(certificate_file, key_file, domains, addresses);
  }
  Certificate certificate() const {
    const Bio bio(BIO_new_file(certificate_file.c_str(), "r"), &BIO_free);
    return {PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), &X509_free};
  }
  Key key() const {
    const Bio bio(BIO_new_file(key_file.c_str(), "r"), &BIO_free);
    return {PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free};
  }
  // A check would have said the same.
  std::string refusal() const {
    const std::string checked = thrown_by([this] { check_certificate(certificate_file, key_file); });
    const std::string refused = thrown_by([this] { make({"example.com"}); });
    EXPECT_EQ(checked, refused);
    return refused;
  }
  static std::string thrown_by(const std::function<void()>& action) {
    try {
      action();
      return {};
    } catch (const Error& error) {
      return error.what();
    }
  }

  TemporaryFolder folder;
  fs::path certificate_file = folder / "cert.pem";
  fs::path key_file = folder / "key.pem";
};

bool is_for(const Certificate& certificate, const std::string& host) {
  return X509_check_host(certificate.get(), host.data(), host.size(), 0, nullptr) == 1;
}

bool is_for_address(const Certificate& certificate, const char* address) {
  return X509_check_ip_asc(certificate.get(), address, 0) == 1;
}

TEST_F(DevCertificateTest, TheKeyIsP256AndTheCertificateIsSignedWithIt) {
  ASSERT_TRUE(make({"example.com"}));
  const Certificate made = certificate();
  const Key private_key = key();
  ASSERT_TRUE(made && private_key);
  EXPECT_EQ(X509_check_private_key(made.get(), private_key.get()), 1);
  EXPECT_EQ(X509_verify(made.get(), private_key.get()), 1);
  EXPECT_EQ(EVP_PKEY_get_base_id(private_key.get()), EVP_PKEY_EC);
  EXPECT_EQ(EVP_PKEY_get_bits(private_key.get()), 256);
  EXPECT_EQ(X509_NAME_cmp(X509_get_subject_name(made.get()), X509_get_issuer_name(made.get())), 0);
  EXPECT_EQ(X509_get_version(made.get()), X509_VERSION_3);
}

TEST_F(DevCertificateTest, ItNamesEveryDomainAndAddress) {
  ASSERT_TRUE(make({"example.com", "Example.org", "192.0.2.9"},
                   {*Endpoint::from("192.0.2.1", 5061), *Endpoint::from("0.0.0.0", 5061),
                    *Endpoint::from("2001:db8::1", 5061), *Endpoint::from("192.0.2.1", 5062)}));
  const Certificate made = certificate();
  EXPECT_TRUE(is_for(made, "example.com"));
  EXPECT_TRUE(is_for(made, "example.org"));
  EXPECT_FALSE(is_for(made, "example.net"));
  EXPECT_TRUE(is_for_address(made, "192.0.2.1"));
  EXPECT_TRUE(is_for_address(made, "192.0.2.9"));
  EXPECT_TRUE(is_for_address(made, "2001:db8::1"));
  EXPECT_TRUE(is_for_address(made, "127.0.0.1"));
  EXPECT_FALSE(is_for_address(made, "0.0.0.0"));
  std::string common_name(64, '\0');
  common_name.resize(static_cast<std::size_t>(
      X509_NAME_get_text_by_NID(X509_get_subject_name(made.get()), NID_commonName, common_name.data(),
                                static_cast<int>(common_name.size()))));
  EXPECT_EQ(common_name, "example.com");
}

TEST_F(DevCertificateTest, ADomainTooLongForTheCommonNameIsStillNamed) {
  const std::string longest = std::string(63, 'a') + ".example.com";
  ASSERT_TRUE(make({longest}));
  EXPECT_TRUE(is_for(certificate(), longest));
}

TEST_F(DevCertificateTest, ItIsValidFor825Days) {
  ASSERT_TRUE(make({"example.com"}));
  const Certificate made = certificate();
  int days = 0;
  int more = 0;
  ASSERT_EQ(ASN1_TIME_diff(&days, &more, X509_get0_notBefore(made.get()), X509_get0_notAfter(made.get())), 1);
  EXPECT_EQ(days, 825);
  EXPECT_LE(X509_cmp_current_time(X509_get0_notBefore(made.get())), 0);
  EXPECT_GT(X509_cmp_current_time(X509_get0_notAfter(made.get())), 0);
}

TEST_F(DevCertificateTest, AClientThatTrustsItAcceptsIt) {
  ASSERT_TRUE(make({"example.com"}));
  const Certificate made = certificate();
  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(), &X509_STORE_free);
  X509_STORE_add_cert(store.get(), made.get());
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(X509_STORE_CTX_new(),
                                                                                &X509_STORE_CTX_free);
  ASSERT_EQ(X509_STORE_CTX_init(context.get(), store.get(), made.get(), nullptr), 1);
  X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER);
  EXPECT_EQ(X509_verify_cert(context.get()), 1) << X509_STORE_CTX_get_error(context.get());
}

TEST_F(DevCertificateTest, OnlyTheOwnerMayReadTheKey) {
  ASSERT_TRUE(make({"example.com"}));
  EXPECT_EQ(fs::status(key_file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(certificate_file).permissions(),
            fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read | fs::perms::others_read);
}

TEST_F(DevCertificateTest, FilesThatAreThereStayAsTheyAre) {
  folder.write("cert.pem", "the certificate");
  folder.write("key.pem", "the key");
  EXPECT_FALSE(make({"example.com"}));
  EXPECT_EQ(TemporaryFolder::read(certificate_file), "the certificate");
  EXPECT_EQ(TemporaryFolder::read(key_file), "the key");
}

TEST_F(DevCertificateTest, OneFileWithoutTheOtherIsRefused) {
  folder.write("cert.pem", "the certificate");
  EXPECT_EQ(refusal(), key_file.string() + ": is missing, but " + certificate_file.string() +
                           " is there: expected both or neither");
  fs::rename(certificate_file, key_file);
  EXPECT_EQ(refusal(), certificate_file.string() + ": is missing, but " + key_file.string() +
                           " is there: expected both or neither");
}

TEST_F(DevCertificateTest, AFolderThatIsNotThereIsRefusedAndNothingIsLeft) {
  certificate_file = folder / "gone/cert.pem";
  EXPECT_EQ(refusal(), certificate_file.string() + ": cannot be written: No such file or directory");
  EXPECT_TRUE(fs::is_empty(folder.text()));
}

TEST_F(DevCertificateTest, ACheckTellsWhetherTheyAreThereAndMakesNothing) {
  EXPECT_FALSE(check_certificate(certificate_file, key_file));
  EXPECT_TRUE(fs::is_empty(folder.text()));
  ASSERT_TRUE(make({"example.com"}));
  EXPECT_TRUE(check_certificate(certificate_file, key_file));
}

TEST_F(DevCertificateTest, NothingButTheTwoFilesIsLeft) {
  ASSERT_TRUE(make({"example.com"}));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.text()), fs::directory_iterator()), 2);
  EXPECT_FALSE(make({"example.com"}));
}

}  // namespace
}  // namespace flowgate::conf
