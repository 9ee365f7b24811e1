#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <stdexcept>

#include "flowtoken/secret_file.h"
#include "flowtoken/token.h"

namespace flowgate {
namespace {

constexpr std::size_t max_keys = 2;

[[noreturn]] void fail(const std::filesystem::path& file, std::size_t line, const std::string& what) {
  throw std::runtime_error(file.string() + ":" + std::to_string(line) + ": " + what);
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blank = " \t\r";
  const std::size_t begin = text.find_first_not_of(blank);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

bool parse_secret(std::string_view hex, TokenKey& key) {
  if (hex.size() != 2 * key.secret.size()) return false;
  for (std::size_t i = 0; i < key.secret.size(); ++i) {
    const char* const pair = hex.data() + 2 * i;
    const auto [end, error] = std::from_chars(pair, pair + 2, key.secret[i], 16);
    if (error != std::errc{} || end != pair + 2) return false;
  }
  return true;
}

// key = ID 1*WSP HEX
bool parse_key(std::string_view text, TokenKey& key) {
  const auto [id_end, error] = std::from_chars(text.data(), text.data() + text.size(), key.id);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(id_end - text.data()));
  const std::string_view hex = trim(text);
  return hex.size() < text.size() && parse_secret(hex, key);
}

bool has_id(const std::vector<TokenKey>& keys, std::uint8_t id) {
  return std::ranges::find(keys, id, &TokenKey::id) != keys.end();
}

// Line by line; a line is never quoted in an error, for it may hold a secret.
std::vector<TokenKey> parse(const std::filesystem::path& file, std::string_view text) {
  std::vector<TokenKey> keys;
  std::size_t line = 1;
  for (; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view content = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view words = trim(content.substr(0, content.find('#')));
    if (words.empty()) continue;

    TokenKey key;
    if (!parse_key(words, key)) {
      fail(file, line, "expected a key as \"ID HEX\": an ID of 0 to 255 and 64 hexadecimal digits");
    }
    if (has_id(keys, key.id)) fail(file, line, "expected another ID than the other key has");
    if (keys.size() == max_keys) fail(file, line, "expected one or two keys, not a third one");
    keys.push_back(key);
  }
  if (keys.empty()) fail(file, line, "expected one or two keys, found none");
  return keys;
}

void random_octets(std::span<std::uint8_t> octets) {
  if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1) {
    throw std::runtime_error("the random source of OpenSSL gives no flow token key");
  }
}

// The ID is random too, so that the tokens of a lost key file are of an unknown key rather than forgeries.
void write_new_key(std::string& out) {
  TokenKey key;
  random_octets({&key.id, 1});
  random_octets(key.secret);
  // Room for all of it, so that no copy of the secret is left behind by a string that grows.
  out.reserve(256);
  out += "# The keys of the flow tokens, newest first. Keep this file secret.\n";
  out += std::to_string(key.id);
  out += ' ';
  for (const std::uint8_t octet : key.secret) {
    out += "0123456789abcdef"[octet >> 4];
    out += "0123456789abcdef"[octet & 15];
  }
  out += '\n';
  OPENSSL_cleanse(key.secret.data(), key.secret.size());
}

}  // namespace

TokenKeys TokenKeys::load_or_make(const std::filesystem::path& file) {
  SecretText content;
  if (!read_secret_file(file, content)) {
    SecretText made;
    write_new_key(made.text);
    make_secret_file(file, made.text);
    // What is there now may have been made by another process that started at the same time.
    if (!read_secret_file(file, content)) throw std::runtime_error(file.string() + ": cannot be made");
  }
  return from(parse(file, content.text));
}

void TokenKeys::check(const std::filesystem::path& file) {
  SecretText content;
  if (!read_secret_file(file, content)) return check_secret_file_can_be_made(file);
  from(parse(file, content.text));
}

TokenKeys TokenKeys::from(std::vector<TokenKey> keys) {
  if (keys.empty() || keys.size() > max_keys) throw std::runtime_error("expected one or two flow token keys");
  if (keys.size() == 2 && keys[0].id == keys[1].id) {
    throw std::runtime_error("two flow token keys have the ID " + std::to_string(keys[0].id));
  }
  TokenKeys result;
  result.keys_ = std::move(keys);
  return result;
}

std::array<std::uint8_t, 32> TokenKeys::derive(std::string_view label, std::size_t index) const {
  const TokenKey& key = keys_.at(index);
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, const_cast<std::uint8_t*>(key.secret.data()),
                                        key.secret.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, const_cast<char*>(label.data()), label.size()),
      OSSL_PARAM_construct_end()};
  EVP_KDF* const hkdf = EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_HKDF, nullptr);
  EVP_KDF_CTX* const context = EVP_KDF_CTX_new(hkdf);
  EVP_KDF_free(hkdf);
  std::array<std::uint8_t, 32> secret{};
  const bool derived =
      context != nullptr && EVP_KDF_derive(context, secret.data(), secret.size(), params) == 1;
  EVP_KDF_CTX_free(context);
  if (!derived) throw std::runtime_error("OpenSSL has no HKDF-SHA-256");
  return secret;
}

TokenKeys TokenKeys::of(std::string_view label) const {
  std::vector<TokenKey> derived;
  for (std::size_t i = 0; i < keys_.size(); ++i) derived.push_back({keys_[i].id, derive(label, i)});
  return from(std::move(derived));
}

}  // namespace flowgate
