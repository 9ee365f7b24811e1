#include "transport/shard.h"

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

}  // namespace flowgate::transport
