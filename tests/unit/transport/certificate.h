// A certificate made for one test, in a directory of its own.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "transport/tls_contexts.h"

namespace flowgate::transport {

class Directory {
 public:
  Directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "flowgate-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary directory");
    path_ = pattern;
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// cert.pem and key.pem for the given subjectAltName ("DNS:example.com", "IP:127.0.0.1"), or without one;
// signed by `issuer` or by itself; for any use or only for those in `extended_key_usage` ("serverAuth").
class Certificate {
 public:
  explicit Certificate(const std::string& alternative_name = "DNS:example.com",
                       const Certificate* issuer = nullptr, const std::string& extended_key_usage = "")
      : certificate(directory / "cert.pem"), private_key(directory / "key.pem") {
    X509_set_version(x509.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
    X509_set_pubkey(x509.get(), key.get());
    X509_NAME* name = X509_get_subject_name(x509.get());
    add(name, "O", issuer ? "issued" : "test");
    add(name, "CN", common_name);
    X509_set_issuer_name(x509.get(), issuer ? X509_get_subject_name(issuer->x509.get()) : name);
    add(x509.get(), NID_basic_constraints, issuer ? "critical,CA:FALSE" : "critical,CA:TRUE");
    if (!alternative_name.empty()) add(x509.get(), NID_subject_alt_name, alternative_name);
    if (!extended_key_usage.empty()) add(x509.get(), NID_ext_key_usage, extended_key_usage);
    if (X509_sign(x509.get(), (issuer ? *issuer : *this).key.get(), EVP_sha256()) == 0)
      throw std::runtime_error("cannot sign");
    write(certificate, [&](std::FILE* file) { return PEM_write_X509(file, x509.get()); });
    write(private_key, [&](std::FILE* file) {
      return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    write(directory / "secret.pem", [&](std::FILE* file) {
      return PEM_write_PrivateKey(file, key.get(), EVP_aes_128_cbc(), nullptr, 0, nullptr,
                                  const_cast<char*>("pass"));
    });
  }

  TlsFiles files() const { return {certificate, private_key}; }
  // Of a server that has this certificate alone; `client_ca`: it asks for client certificates of that CA.
  TlsOptions options(const std::filesystem::path& client_ca = {}) const {
    const auto asked = client_ca.empty() ? ClientCertificates::none : ClientCertificates::optional;
    return {.pairs = {files()}, .client_certificates = asked, .client_ca = client_ca};
  }

  static constexpr const char* common_name = "named.example";
  Directory directory;
  const std::filesystem::path certificate;
  const std::filesystem::path private_key;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"), EVP_PKEY_free};
  const std::unique_ptr<X509, decltype(&X509_free)> x509{X509_new(), X509_free};

 private:
  static void add(X509_NAME* name, const char* field, const char* value) {
    X509_NAME_add_entry_by_txt(name, field, MBSTRING_ASC, reinterpret_cast<const unsigned char*>(value), -1,
                               -1, 0);
  }
  static void add(X509* x509, int extension, const std::string& value) {
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> made(
        X509V3_EXT_conf_nid(nullptr, nullptr, extension, value.c_str()), X509_EXTENSION_free);
    X509_add_ext(x509, made.get(), -1);
  }
  template <typename Write>
  static void write(const std::filesystem::path& path, Write contents) {
    const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::fopen(path.c_str(), "w"), std::fclose);
    if (!file || contents(file.get()) != 1) throw std::runtime_error("cannot write " + path.string());
  }
};

}  // namespace flowgate::transport
