#include "transport/socket_bio.h"

#include <openssl/bio.h>

#include <memory>
#include <utility>

namespace flowgate::transport {
namespace {

struct Socket {
  int fd = -1;
  bool emptied = false;  // since it became readable last
  Follows follows = Follows::nothing;
  bool waiting = false;  // for what follows
};

Socket& socket_of(BIO* bio) {
  return *static_cast<Socket*>(BIO_get_data(bio));
}

int read(BIO* bio, char* buffer, int size) {
  BIO_clear_retry_flags(bio);
  Socket& socket = socket_of(bio);
  Io io{IoStatus::want_read};
  if (!socket.emptied) io = read_some(socket.fd, {buffer, static_cast<std::size_t>(size)});
  socket.emptied = !io.more;
  if (io.status == IoStatus::done) return static_cast<int>(io.octets);
  if (io.status == IoStatus::want_read) {
    BIO_set_retry_read(bio);
    return -1;
  }
  BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return 0;
}

int write(BIO* bio, const char* text, int size) {
  BIO_clear_retry_flags(bio);
  Socket& socket = socket_of(bio);
  const Io io = write_some(socket.fd, {text, static_cast<std::size_t>(size)}, socket.follows);
  if (io.status == IoStatus::done) {
    socket.waiting = socket.follows == Follows::more;
    return static_cast<int>(io.octets);
  }
  if (io.status == IoStatus::want_write) BIO_set_retry_write(bio);
  return -1;
}

long control(BIO* bio, int command, long, void*) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_EOF:
      return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    default:
      return 0;
  }
}

int destroy(BIO* bio) {
  delete static_cast<Socket*>(BIO_get_data(bio));
  return 1;
}

std::unique_ptr<BIO_METHOD, void (*)(BIO_METHOD*)> make_method() {
  std::unique_ptr<BIO_METHOD, void (*)(BIO_METHOD*)> method(
      BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket"), BIO_meth_free);
  if (!method) return method;
  BIO_meth_set_read(method.get(), read);
  BIO_meth_set_write(method.get(), write);
  BIO_meth_set_ctrl(method.get(), control);
  BIO_meth_set_destroy(method.get(), destroy);
  return method;
}

}  // namespace

BIO* make_socket_bio(int fd) {
  static const auto method = make_method();
  BIO* bio = method ? BIO_new(method.get()) : nullptr;
  if (!bio) return nullptr;
  BIO_set_data(bio, new Socket{fd});
  BIO_set_init(bio, 1);
  return bio;
}

void note_readable(BIO* bio) {
  socket_of(bio).emptied = false;
}

bool may_bring_more(BIO* bio) {
  return !socket_of(bio).emptied;
}

void write_before(BIO* bio, Follows follows) {
  socket_of(bio).follows = follows;
}

void push(BIO* bio) {
  Socket& socket = socket_of(bio);
  if (std::exchange(socket.waiting, false)) push(socket.fd);
}

}  // namespace flowgate::transport
