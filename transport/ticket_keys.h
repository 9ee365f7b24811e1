// The keys of session tickets (RFC 5077, RFC 8446 §4.6.1). A client resumes its session with any shard and
// after the certificates were loaded anew, and no session is kept here. Thread-safe.
#pragma once

#include <openssl/types.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

namespace flowgate::transport {

class TicketKeys : public std::enable_shared_from_this<TicketKeys> {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  // RFC 5077 §5.5: keys are changed regularly, lest one of them opens all that was ever recorded.
  static constexpr std::chrono::hours rotation{1};
  // A ticket is good for that long.
  static constexpr std::chrono::hours lifetime{2};

  struct Key {
    std::array<std::uint8_t, 16> name{};
    std::array<std::uint8_t, 32> cipher{}, mac{};
    Instant made;
  };

  // Throws std::runtime_error when OpenSSL lacks AES or random numbers.
  TicketKeys();
  ~TicketKeys();

  // The newest; a new one when that is older than `rotation`. Nothing when there are no random numbers.
  std::optional<Key> current(Instant now);
  // The one of that name, if a ticket made with it may still be good.
  std::optional<Key> find(const std::uint8_t* name, Instant now);

  // The server's tickets are made with these keys from now on. The context keeps this object alive.
  void use_in(SSL_CTX* context);

 private:
  friend struct TicketCallback;
  using Cipher = std::unique_ptr<EVP_CIPHER, void (*)(EVP_CIPHER*)>;

  void forget(Instant now);

  const Cipher cipher_;
  std::mutex mutex_;
  std::deque<Key> keys_;  // the newest first
};

}  // namespace flowgate::transport
