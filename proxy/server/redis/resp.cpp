#include "proxy/server/redis/resp.h"

#include <cstdlib>
#include <utility>

namespace flowgate::redis {
namespace {

Reply::Kind kind_of(int type) {
  switch (type) {
    case REDIS_REPLY_STRING:
      return Reply::Kind::text;
    case REDIS_REPLY_ARRAY:
      return Reply::Kind::array;
    case REDIS_REPLY_INTEGER:
      return Reply::Kind::integer;
    case REDIS_REPLY_STATUS:
      return Reply::Kind::status;
    case REDIS_REPLY_ERROR:
      return Reply::Kind::error;
    default:
      return Reply::Kind::nil;
  }
}

// hiredis reads arrays no more than seven deep.
Reply convert(const redisReply& from) {
  Reply reply;
  reply.kind = kind_of(from.type);
  if (reply.kind == Reply::Kind::integer) reply.integer = from.integer;
  if (from.str != nullptr) reply.text.assign(from.str, from.len);
  if (reply.kind != Reply::Kind::array) return reply;
  reply.items.reserve(from.elements);
  for (std::size_t i = 0; i < from.elements; ++i) reply.items.push_back(convert(*from.element[i]));
  return reply;
}

}  // namespace

bool write_command(const Command& command, std::string& out) {
  std::vector<const char*> arguments;
  std::vector<std::size_t> sizes;
  for (const std::string& argument : command) {
    arguments.push_back(argument.data());
    sizes.push_back(argument.size());
  }
  char* octets = nullptr;
  const int size =
      redisFormatCommandArgv(&octets, static_cast<int>(command.size()), arguments.data(), sizes.data());
  if (size < 0) return false;
  out.append(octets, static_cast<std::size_t>(size));
  redisFreeCommand(octets);
  return true;
}

ReplyReader::ReplyReader(std::size_t max_octets) : reader_(redisReaderCreate()), max_octets_(max_octets) {}

boost::system::error_code ReplyReader::feed(std::string_view octets) {
  pending_ += octets.size();
  if (!reader_ || pending_ > max_octets_) return Error::protocol;
  const int fed = redisReaderFeed(reader_.get(), octets.data(), octets.size());
  return fed == REDIS_OK ? boost::system::error_code{} : make_error_code(Error::protocol);
}

boost::system::result<std::optional<Reply>> ReplyReader::next() {
  void* read = nullptr;
  if (!reader_ || redisReaderGetReply(reader_.get(), &read) != REDIS_OK)
    return make_error_code(Error::protocol);
  if (read == nullptr) return std::optional<Reply>{};
  const std::unique_ptr<void, void (*)(void*)> owner(read, freeReplyObject);
  // What waits behind this reply has begun another one.
  pending_ = reader_->len - reader_->pos;
  return std::optional<Reply>{convert(*static_cast<redisReply*>(read))};
}

}  // namespace flowgate::redis
