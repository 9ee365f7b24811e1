#include "registrar/redis/error.h"

#include <string>

namespace flowgate::redis {
namespace {

const char* text_of(Error error) {
  switch (error) {
    case Error::away:
      return "not connected";
    case Error::crowded:
      return "too many commands wait for their replies";
    case Error::lost:
      return "the connection broke";
    case Error::timeout:
      return "no reply in time";
    case Error::not_replicated:
      return "too few replicas have acknowledged the change";
    case Error::protocol:
      return "not the reply of a Redis server";
    case Error::refused:
      return "the server refused the command";
    case Error::conflict:
      return "others changed the record each time";
  }
  return "unknown error";
}

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "redis"; }
  std::string message(int value) const override { return text_of(static_cast<Error>(value)); }
};

}  // namespace

const boost::system::error_category& error_category() {
  static const Category category;
  return category;
}

boost::system::error_code make_error_code(Error error) {
  return {static_cast<int>(error), error_category()};
}

}  // namespace flowgate::redis
