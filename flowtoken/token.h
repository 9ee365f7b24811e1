// Flow tokens: RFC 5626 §5.2 (draft-ietf-sip-outbound-00 §6.1, "Algorithm 2"). A token says which flow it is
// for all by itself, so that the edge keeps no table, and carries a MAC, so that nobody else can make one.
//
//   octet 0      key id
//   octets 1-12  HMAC-SHA-256 of all other octets, truncated to 96 bits
//   octet 13     bits 0-2 protocol, bit 3 IPv6, bit 4 minted for a UA that speaks the draft (flow-id),
//                bit 5 minted for a UA that was registered here, bit 6 minted for a user of ours,
//                bit 7 minted for a UA that is at its Contact when the flow is gone
//   then         local address and port, remote address and port (6 or 18 octets each, network byte order)
//   then         for streams: the serial of the connection, 8 octets
//
// written as base64url without padding: every character may stand unescaped in the user part of a SIP URI.
#pragma once

#include <openssl/types.h>

#include <boost/system/result.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flowtoken/flow.h"

namespace flowgate {

// Which words the UA behind the flow uses: it decides between 430 (RFC 5626 §5.3) and 410 (draft §6.2).
enum class Dialect : std::uint8_t { rfc, draft };

// What a token says of the UA behind its flow.
struct TokenClaims {
  TokenClaims(Dialect its_dialect = Dialect::rfc, bool is_registered = false, bool is_user = false,
              bool is_at_contact = false)
      : dialect(its_dialect), registered(is_registered), user(is_user), at_contact(is_at_contact) {}
  Dialect dialect;
  bool registered;  // it was registered here when the token was minted
  bool user;  // it is a user's, who has authenticated or is called by his AOR, perhaps behind other proxies
  bool at_contact;  // neither outbound nor a NAT binds it to the flow: others may open another one to it
};

enum class TokenError {
  malformed = 1,  // not base64url, or of a length no token has
  unknown_key,    // minted under a key that is not (or no longer) in the key file
  wrong_mac,      // tampered with, or never ours
};
const boost::system::error_category& token_category();
boost::system::error_code make_error_code(TokenError error);

struct TokenKey {
  std::uint8_t id = 0;
  std::array<std::uint8_t, 32> secret{};
};

// The live keys: the first one mints, all of them verify. Immutable after loading; share it between threads.
//
// The file holds one or two lines "ID HEX" (ID 0 to 255, 64 hexadecimal digits), newest first; '#' starts a
// comment. To rotate: put a new line above the old one and restart; tokens minted under the old key live on
// until that line is taken away.
class TokenKeys {
 public:
  // Reads the key file; makes it (mode 0600, one random key) when it does not exist. Throws
  // std::runtime_error with one line that names the file and the line when it cannot, when the file is
  // readable by others than its owner, holds no key, more than two, or two of the same id.
  static TokenKeys load_or_make(const std::filesystem::path& file);
  // Throws as load_or_make() does, and makes nothing.
  static void check(const std::filesystem::path& file);
  // From given keys, newest first; for tests. Throws std::runtime_error on none, more than two, or one id
  // twice.
  static TokenKeys from(std::vector<TokenKey> keys);

  const std::vector<TokenKey>& keys() const { return keys_; }
  // A secret of its own for another purpose, derived from the newest (0) or the older key (1) by
  // HKDF-SHA-256 with `label` as info; for example for temporary GRUUs. index < keys().size().
  std::array<std::uint8_t, 32> derive(std::string_view label, std::size_t index = 0) const;
  // Keys of the same ids, each derived so.
  TokenKeys of(std::string_view label) const;

 private:
  std::vector<TokenKey> keys_;
};

// Mints and verifies. Not thread-safe (it holds keyed MAC contexts): one per shard.
class FlowTokens {
 public:
  explicit FlowTokens(const TokenKeys& keys);
  ~FlowTokens();
  FlowTokens(FlowTokens&&) noexcept;
  FlowTokens& operator=(FlowTokens&&) noexcept;

  struct Verified {
    Flow flow;
    Dialect dialect = Dialect::rfc;
    bool registered = false;
    bool user = false;
    bool at_contact = false;
  };

  // Appends the token's text to `out` (35 to 78 characters).
  void mint(const Flow& flow, TokenClaims claims, std::string& out);
  // The only way from text to a flow. The MAC is compared in constant time.
  [[nodiscard]] boost::system::result<Verified> verify(std::string_view text);

 private:
  struct Mac;
  std::vector<Mac> macs_;
};

}  // namespace flowgate

template <>
struct boost::system::is_error_code_enum<flowgate::TokenError> : std::true_type {};
