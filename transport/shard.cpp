#include "transport/shard.h"

#include <algorithm>
#include <utility>

#include "transport/udp_socket.h"

namespace flowgate::transport {

Shard::Shard(boost::asio::io_context& io_context, unsigned number, std::uint64_t first_serial,
             const Options& transport_options, std::shared_ptr<const TlsContexts> tls_contexts,
             Receiver& its_receiver)
    : context(io_context),
      options(transport_options),
      tls(std::move(tls_contexts)),
      receiver(&its_receiver),
      deadlines(std::make_shared<Deadlines>(
          io_context,
          std::array{options.connect_timeout, options.handshake_timeout, options.message_timeout,
                     options.send_timeout, options.websocket.ping_interval, options.unaccepted_timeout})),
      connections(*this, number, first_serial),
      turns(std::make_shared<Turns>(*this)),
      stream_buffer_(std::make_unique_for_overwrite<char[]>(stream_buffer_bytes)) {}

void Shard::note_backlog() {
  unsigned longest = turns->standing();
  for (const auto& socket : udp_sockets) longest = std::max(longest, socket->standing());
  if (longest != std::exchange(told_backlog_, longest) && receiver) receiver->behind(longest);
}

}  // namespace flowgate::transport
