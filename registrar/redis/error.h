// Why there is no reply of a Redis server, or none to build on.
#pragma once

#include <boost/system/error_code.hpp>
#include <type_traits>

namespace flowgate::redis {

enum class Error {
  away = 1,        // there is no connection: nothing was sent
  crowded,         // too many commands wait for their replies: nothing was sent
  lost,            // the connection broke before the reply: what became of the command is unknown
  timeout,         // no reply in time: the same
  not_replicated,  // carried out, but too few replicas have it
  protocol,        // what came is no reply, or too large a one
  refused,         // the server replied with an error
  conflict,        // somebody else was faster each time
};
const boost::system::error_category& error_category();
boost::system::error_code make_error_code(Error error);

}  // namespace flowgate::redis

template <>
struct boost::system::is_error_code_enum<flowgate::redis::Error> : std::true_type {};
