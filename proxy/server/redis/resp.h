// RESP2, the protocol of Redis, by hiredis: commands to octets, octets to replies. No I/O.
#pragma once

#include <hiredis/hiredis.h>

#include <boost/system/result.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "registrar/redis/link.h"

namespace flowgate::redis {

// Appends the octets of the command to `out`. False: out of memory.
[[nodiscard]] bool write_command(const Command& command, std::string& out);

// Cuts what comes into replies.
class ReplyReader {
 public:
  // `max_octets`: of one reply.
  explicit ReplyReader(std::size_t max_octets);

  [[nodiscard]] boost::system::error_code feed(std::string_view octets);
  // The next whole reply, nothing when it has not come yet, or Error::protocol: then nothing more will.
  boost::system::result<std::optional<Reply>> next();

 private:
  struct Free {
    void operator()(redisReader* reader) const { redisReaderFree(reader); }
  };
  std::unique_ptr<redisReader, Free> reader_;
  std::size_t max_octets_;
  std::size_t pending_ = 0;  // octets fed since the last whole reply
};

}  // namespace flowgate::redis
