// What the stores need of a Redis server: commands with replies, and what is published. Over sockets in
// production (proxy/server/redis), without any in tests.
#pragma once

#include <boost/system/result.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "registrar/redis/error.h"
#include "registrar/redis/reply.h"

namespace flowgate::redis {

// A command and its arguments.
using Command = std::vector<std::string>;

class Link {
 public:
  virtual ~Link() = default;

  // Sends a command, from any thread. Replies come in the order of the commands of one thread. `done` is
  // called once, on the link's own thread or, when nothing can be sent, inside the call; an error reply of
  // the server is a Reply.
  using Done = std::function<void(boost::system::result<Reply>)>;
  virtual void call(Command command, Done done) = 0;
  // The same for a command that writes: `done` waits until as many replicas have it as the link was told to
  // want; Error::not_replicated when they do not in time.
  virtual void call_durably(Command command, Done done) = 0;
};

// Who hears of the link. Called on its thread.
class LinkUser {
 public:
  virtual ~LinkUser() = default;
  // A session has begun: with a server that takes writes. From here on no publication is missed until the
  // session is lost; what was published before may have been.
  virtual void connected() = 0;
  virtual void lost() = 0;
  // On the channel that the link subscribes to.
  virtual void published(std::string_view channel, std::string_view message) = 0;
};

}  // namespace flowgate::redis
