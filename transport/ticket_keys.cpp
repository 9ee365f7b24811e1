#include "transport/ticket_keys.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <stdexcept>

#include "transport/context_data.h"

namespace flowgate::transport {
namespace {

bool fill(auto& octets) {
  return RAND_priv_bytes(octets.data(), static_cast<int>(octets.size())) == 1;
}

}  // namespace

// What OpenSSL calls for each ticket (SSL_CTX_set_tlsext_ticket_key_evp_cb(3)).
struct TicketCallback {
  enum Answer { failed = -1, unknown = 0, good = 1, good_and_new_one = 2 };

  static int call(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                  int encrypt) {
    TicketKeys& keys = ContextData<TicketKeys>::of(SSL_get_SSL_CTX(ssl));
    const auto now = std::chrono::steady_clock::now();
    return encrypt != 0 ? seal(keys, now, name, iv, cipher, mac)
                        : open(ssl, keys, now, name, iv, cipher, mac);
  }

  static int seal(TicketKeys& keys, TicketKeys::Instant now, unsigned char* name, unsigned char* iv,
                  EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) {
    const auto key = keys.current(now);
    if (!key || RAND_bytes(iv, EVP_CIPHER_get_iv_length(keys.cipher_.get())) != 1) return failed;
    std::copy(key->name.begin(), key->name.end(), name);
    const bool begun = EVP_EncryptInit_ex2(cipher, keys.cipher_.get(), key->cipher.data(), iv, nullptr) == 1;
    return begun && begin(mac, *key) ? good : failed;
  }

  static int open(const SSL* ssl, TicketKeys& keys, TicketKeys::Instant now, const unsigned char* name,
                  const unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) {
    const auto key = keys.find(name, now);
    if (!key) return unknown;
    const bool begun = EVP_DecryptInit_ex2(cipher, keys.cipher_.get(), key->cipher.data(), iv, nullptr) == 1;
    if (!begun || !begin(mac, *key)) return failed;
    // RFC 8446 §C.4: "Clients SHOULD NOT reuse a ticket for multiple connections", so each resumption brings
    // a new one.
    if (SSL_version(ssl) == TLS1_3_VERSION) return good_and_new_one;
    return now - key->made < TicketKeys::rotation ? good : good_and_new_one;
  }

  static bool begin(EVP_MAC_CTX* mac, const TicketKeys::Key& key) {
    char digest[] = "SHA256";
    auto octets = key.mac;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, octets.data(), octets.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
    return EVP_MAC_CTX_set_params(mac, params) == 1;
  }
};

TicketKeys::TicketKeys() : cipher_(EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr), EVP_CIPHER_free) {
  if (!cipher_) throw std::runtime_error("TLS: OpenSSL has no AES-256-CBC");
  if (!current(std::chrono::steady_clock::now())) throw std::runtime_error("OpenSSL has no random numbers");
}

TicketKeys::~TicketKeys() {
  for (Key& key : keys_) OPENSSL_cleanse(&key, sizeof key);
}

std::optional<TicketKeys::Key> TicketKeys::current(Instant now) {
  const std::lock_guard lock(mutex_);
  if (keys_.empty() || now - keys_.front().made >= rotation) {
    Key key;
    key.made = now;
    if (!fill(key.name) || !fill(key.cipher) || !fill(key.mac)) return std::nullopt;
    keys_.push_front(key);
    forget(now);
  }
  return keys_.front();
}

std::optional<TicketKeys::Key> TicketKeys::find(const std::uint8_t* name, Instant now) {
  const std::lock_guard lock(mutex_);
  forget(now);
  const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const Key& key) {
    return std::equal(key.name.begin(), key.name.end(), name);
  });
  if (found == keys_.end()) return std::nullopt;
  return *found;
}

void TicketKeys::forget(Instant now) {
  while (!keys_.empty() && now - keys_.back().made >= rotation + lifetime) {
    OPENSSL_cleanse(&keys_.back(), sizeof(Key));
    keys_.pop_back();
  }
}

void TicketKeys::use_in(SSL_CTX* context) {
  ContextData<TicketKeys>::put(context, shared_from_this());
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, TicketCallback::call);
  SSL_CTX_set_timeout(context, std::chrono::seconds(lifetime).count());
  SSL_CTX_set_num_tickets(context, 1);
}

}  // namespace flowgate::transport
