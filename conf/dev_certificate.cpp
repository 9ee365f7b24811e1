#include "conf/dev_certificate.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <set>
#include <string_view>
#include <system_error>

#include "conf/error.h"

namespace flowgate::conf {

namespace {

namespace fs = std::filesystem;

constexpr long valid_days = 825;                 // the longest that Apple's clients accept
constexpr std::size_t longest_common_name = 64;  // RFC 5280 appendix A.1, ub-common-name

template <auto free>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>>;
using Name = std::unique_ptr<GENERAL_NAME, Free<GENERAL_NAME_free>>;
using Text = std::unique_ptr<ASN1_STRING, Free<ASN1_STRING_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;

// OpenSSL's calls fail here only for want of memory or of randomness.
void check(bool done) {
  if (done) return;
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  throw Error(fmt::format("no certificate could be made: {}", reason != nullptr ? reason : "unknown error"));
}

void add_name(GENERAL_NAMES& names, int kind, const void* data, std::size_t size) {
  Text text(ASN1_STRING_type_new(kind == GEN_DNS ? V_ASN1_IA5STRING : V_ASN1_OCTET_STRING));
  Name name(GENERAL_NAME_new());
  check(text && name && ASN1_STRING_set(text.get(), data, static_cast<int>(size)) == 1);
  GENERAL_NAME_set0_value(name.get(), kind, text.release());
  check(sk_GENERAL_NAME_push(&names, name.get()) > 0);
  static_cast<void>(name.release());  // it belongs to `names` now
}

// RFC 5280 §4.2.1.6.
void add_subject_alternative_names(X509& certificate, const std::vector<std::string>& domains,
                                   const std::vector<Endpoint>& addresses) {
  Names names(GENERAL_NAMES_new());
  check(names != nullptr);
  std::set<Endpoint> ips{*Endpoint::from("127.0.0.1", 0)};
  for (const std::string& domain : domains) {
    if (const auto ip = Endpoint::from(domain, 0)) {
      ips.insert(*ip);
    } else {
      add_name(*names, GEN_DNS, domain.data(), domain.size());
    }
  }
  for (Endpoint address : addresses) {
    address.port = 0;
    if (!address.is_unspecified()) ips.insert(address);
  }
  for (const Endpoint& address : ips) add_name(*names, GEN_IPADD, address.ip.data(), address.v6 ? 16 : 4);
  check(X509_add1_ext_i2d(&certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) == 1);
}

void add_extension(X509& certificate, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  check(extension && X509_add_ext(&certificate, extension.get(), -1) == 1);
}

// RFC 5280 §4.1.2.2: positive, at most 20 octets, and unlike that of any other certificate of this issuer.
void set_random_serial(X509& certificate) {
  std::uint64_t serial = 0;
  check(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1);
  check(ASN1_INTEGER_set_uint64(X509_get_serialNumber(&certificate), serial | 1) == 1);
}

Certificate self_signed(EVP_PKEY& key, const std::vector<std::string>& domains,
                        const std::vector<Endpoint>& addresses) {
  Certificate certificate(X509_new());
  check(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  set_random_serial(*certificate);
  check(X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0) != nullptr);
  check(X509_time_adj_ex(X509_getm_notAfter(certificate.get()), valid_days, 0, nullptr) != nullptr);

  // RFC 5922 §7.1 looks at the subjectAltName first: a name too long for the CN loses nothing.
  const std::string common_name = domains.front().substr(0, longest_common_name);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  check(X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>(common_name.data()),
                                   static_cast<int>(common_name.size()), -1, 0) == 1);
  check(X509_set_issuer_name(certificate.get(), name) == 1 && X509_set_pubkey(certificate.get(), &key) == 1);

  add_subject_alternative_names(*certificate, domains, addresses);
  add_extension(*certificate, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(*certificate, NID_key_usage, "critical,digitalSignature");
  add_extension(*certificate, NID_ext_key_usage, "serverAuth,clientAuth");
  add_extension(*certificate, NID_subject_key_identifier, "hash");
  check(X509_sign(certificate.get(), &key, EVP_sha256()) > 0);
  return certificate;
}

// What a PEM writer of OpenSSL wrote.
template <typename Write>
std::string pem(Write write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  check(bio && write(bio.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

[[noreturn]] void fail_to_write(const fs::path& file, int error) {
  throw Error(
      fmt::format("{}: cannot be written: {}", file.string(), std::generic_category().message(error)));
}

// A file under another name in its folder until all of it is on the disk.
class NewFile {
 public:
  NewFile(const fs::path& file, std::string_view text, mode_t mode)
      : file_(file), temporary_(file.string() + ".XXXXXX") {
    const int fd = ::mkstemp(temporary_.data());
    if (fd < 0) fail(errno);
    const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                         ::fchmod(fd, mode) == 0 && ::fsync(fd) == 0;
    const int error = written ? 0 : errno;
    ::close(fd);
    if (written) return;
    ::unlink(temporary_.c_str());
    fail(error);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() { ::unlink(temporary_.c_str()); }  // nothing is there after put_in_place()

  void put_in_place() const {
    if (::rename(temporary_.c_str(), file_.c_str()) != 0) fail(errno);
  }

 private:
  [[noreturn]] void fail(int error) const { fail_to_write(file_, error); }

  fs::path file_;
  std::string temporary_;
};

bool is_there(const fs::path& file) {
  std::error_code error;
  const bool found = fs::exists(file, error);
  if (error) throw Error(fmt::format("{}: {}", file.string(), error.message()));
  return found;
}

// True: both files exist; false: neither.
bool are_there(const fs::path& certificate, const fs::path& private_key) {
  const bool has_certificate = is_there(certificate);
  const bool has_key = is_there(private_key);
  if (has_certificate == has_key) return has_key;
  const fs::path& missing = has_key ? certificate : private_key;
  const fs::path& other = has_key ? private_key : certificate;
  throw Error(fmt::format("{}: is missing, but {} is there: expected both or neither", missing.string(),
                          other.string()));
}

}  // namespace

bool check_certificate(const fs::path& certificate, const fs::path& private_key) {
  if (are_there(certificate, private_key)) return true;
  for (const fs::path& file : {private_key, certificate}) {
    const int folder_allows = ::faccessat(AT_FDCWD, file.parent_path().c_str(), W_OK | X_OK, AT_EACCESS);
    if (folder_allows != 0) fail_to_write(file, errno);
  }
  return false;
}

bool make_missing_certificate(const fs::path& certificate, const fs::path& private_key,
                              const std::vector<std::string>& domains,
                              const std::vector<Endpoint>& addresses) {
  if (are_there(certificate, private_key)) return false;
  const Key key(EVP_EC_gen("P-256"));
  check(key != nullptr);
  const Certificate made = self_signed(*key, domains, addresses);
  const NewFile key_file(private_key, pem([&](BIO* bio) {
                           return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr,
                                                           nullptr);
                         }),
                         0600);
  const NewFile certificate_file(certificate,
                                 pem([&](BIO* bio) { return PEM_write_bio_X509(bio, made.get()); }), 0644);
  key_file.put_in_place();
  certificate_file.put_in_place();
  return true;
}

}  // namespace flowgate::conf
