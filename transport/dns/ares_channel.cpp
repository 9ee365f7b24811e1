#include "transport/dns/ares_channel.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "transport/dns/reply.h"
#include "transport/socket.h"

namespace flowgate::dns {
namespace {

constexpr int internet = 1;               // class IN
constexpr int max_reply_over_udp = 1232;  // that fits the IPv6 minimum MTU

void check(int status, const char* what) {
  if (status != ARES_SUCCESS) throw std::runtime_error(std::string(what) + ": " + ares_strerror(status));
}

void start_library() {
  static const int status = ares_library_init(ARES_LIB_INIT_ALL);
  check(status, "c-ares");
}

Answer answer_of(Type type, int status, std::span<const std::uint8_t> reply) {
  if (status == ARES_SUCCESS) return parse_reply(type, reply);
  Answer answer;
  if (status == ARES_ENODATA || status == ARES_ENOTFOUND) {
    answer.outcome = Outcome::none;
    answer.ttl = ttl_of(reply).value_or(std::chrono::seconds(0));
  }
  return answer;
}

}  // namespace

struct AresChannel::Query {
  AresChannel& channel;
  Type type;
  Answered done;
};

// c-ares opens and closes the file; the descriptor only waits for it.
struct AresChannel::Socket {
  Socket(boost::asio::io_context& context, int fd) : descriptor(context) {
    boost::system::error_code ignored;  // not waited for, and so in the end a timeout
    descriptor.assign(fd, ignored);
  }
  ~Socket() { release(); }
  void release() {
    if (descriptor.is_open()) descriptor.release();
  }

  transport::Descriptor descriptor;
  bool wants_read = false, wants_write = false;
  bool reading = false, writing = false;
};

AresChannel::AresChannel(boost::asio::io_context& context, const ChannelOptions& options)
    : context_(context), timer_(context) {
  start_library();
  char lookups[] = "b";  // the DNS, not the hosts file
  ares_options ares{};
  ares.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_EDNS;
  ares.timeout = static_cast<int>(options.timeout.count());
  ares.tries = options.tries;
  ares.ndomains = 0;
  ares.lookups = lookups;
  ares.ednspsz = max_reply_over_udp;
  ares.sock_state_cb = socket_state;
  ares.sock_state_cb_data = this;
  check(ares_init_options(&channel_, &ares,
                          ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_DOMAINS |
                              ARES_OPT_LOOKUPS | ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_STATE_CB),
        "c-ares");
  if (options.servers.empty()) return;
  std::string servers;
  for (const Endpoint& server : options.servers) servers += (servers.empty() ? "" : ",") + server.text();
  const int status = ares_set_servers_ports_csv(channel_, servers.c_str());
  if (status != ARES_SUCCESS) ares_destroy(std::exchange(channel_, nullptr));
  check(status, "the DNS servers");
}

AresChannel::~AresChannel() {
  stop();
}

void AresChannel::query(const Question& question, Answered done) {
  if (!channel_) return;
  auto query = std::make_unique<Query>(Query{*this, question.type, std::move(done)});
  ares_query(channel_, question.name.c_str(), internet, static_cast<int>(question.type), answered,
             query.release());
  deliver();
}

void AresChannel::stop() {
  if (!channel_) return;
  answers_.clear();
  timer_.cancel();
  ares_destroy(std::exchange(channel_, nullptr));
  answers_.clear();
  sockets_.clear();
}

void AresChannel::answered(void* argument, int status, int /*timeouts*/, unsigned char* reply, int size) {
  const std::unique_ptr<Query> query(static_cast<Query*>(argument));
  if (status == ARES_EDESTRUCTION) return;
  const std::span<const std::uint8_t> octets(reply, reply ? static_cast<std::size_t>(std::max(size, 0)) : 0);
  auto answer = std::make_shared<const Answer>(answer_of(query->type, status, octets));
  query->channel.answers_.emplace_back(std::move(query->done), std::move(answer));
}

// Neither readable nor writable: c-ares is about to close it.
void AresChannel::socket_state(void* argument, int fd, int readable, int writable) {
  auto& channel = *static_cast<AresChannel*>(argument);
  if (!readable && !writable) {
    const auto socket = channel.sockets_.find(fd);
    if (socket == channel.sockets_.end()) return;
    socket->second->release();
    channel.sockets_.erase(socket);
    return;
  }
  auto& socket = channel.sockets_[fd];
  if (!socket) socket = std::make_shared<Socket>(channel.context_, fd);
  socket->wants_read = readable != 0;
  socket->wants_write = writable != 0;
  channel.wait(socket);
}

void AresChannel::wait(const std::shared_ptr<Socket>& socket) {
  const auto begin = [&](bool wanted, bool Socket::*waiting, auto event) {
    if (!wanted || (*socket).*waiting || !socket->descriptor.is_open()) return;
    (*socket).*waiting = true;
    socket->descriptor.async_wait(
        event, [self = shared_from_this(), socket, waiting, event](boost::system::error_code error) {
          (*socket).*waiting = false;
          if (error || !self->channel_ || !socket->descriptor.is_open()) return;
          const int fd = socket->descriptor.native_handle();
          const bool read = event == transport::Descriptor::wait_read;
          self->process(read ? fd : ARES_SOCKET_BAD, read ? ARES_SOCKET_BAD : fd);
          self->wait(socket);
        });
  };
  begin(socket->wants_read, &Socket::reading, transport::Descriptor::wait_read);
  begin(socket->wants_write, &Socket::writing, transport::Descriptor::wait_write);
}

void AresChannel::process(int readable, int writable) {
  ares_process_fd(channel_, readable, writable);
  deliver();
}

// A `done` that asks again adds to the list that is being worked on.
void AresChannel::deliver() {
  if (delivering_) return;
  delivering_ = true;
  while (!answers_.empty()) {
    for (auto& [done, answer] : std::exchange(answers_, {})) {
      if (channel_) done(std::move(answer));
    }
  }
  delivering_ = false;
  arm();
}

void AresChannel::arm() {
  if (!channel_) return;
  timeval time{};
  if (ares_timeout(channel_, nullptr, &time) == nullptr) {
    timer_.cancel();
    return;
  }
  timer_.expires_after(std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec));
  timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (error || !self->channel_) return;
    self->process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  });
}

}  // namespace flowgate::dns
