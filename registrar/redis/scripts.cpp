#include "registrar/redis/scripts.h"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace flowgate::redis {

Script::Script(std::string_view lua) : text(lua) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error("OpenSSL has no SHA-1");
  constexpr std::string_view digits = "0123456789abcdef";
  for (unsigned i = 0; i < size; ++i) {
    sha1 += digits[digest.at(i) >> 4];
    sha1 += digits[digest.at(i) & 15];
  }
}

const Script& update_record() {
  static const Script script(R"(
local current = redis.call('GET', KEYS[1])
local version = current and string.match(current, '^%d+') or '0'
if version ~= ARGV[1] then return {0, current or ''} end
if not current and ARGV[2] == '' then return {1, '0'} end
local following = string.format('%.0f', redis.call('INCR', KEYS[2]))
if ARGV[2] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], following .. ' ' .. ARGV[2])
  redis.call('PEXPIREAT', KEYS[1], ARGV[3])
end
redis.call('PUBLISH', ARGV[4], following .. ARGV[5] .. ARGV[2])
return {1, following}
)");
  return script;
}

const Script& update_user() {
  static const Script script(R"(
local known
if ARGV[2] == '' then
  known = redis.call('HDEL', KEYS[1], ARGV[1])
  if known == 0 then return 0 end
else
  known = 1 - redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
redis.call('INCR', KEYS[2])
return known
)");
  return script;
}

}  // namespace flowgate::redis
