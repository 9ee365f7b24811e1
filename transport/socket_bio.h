// A nonblocking socket as OpenSSL reads and writes it. After a read that has brought less than was asked for
// there is nothing more to read: no system call is made to learn that.
#pragma once

#include <openssl/types.h>

namespace flowgate::transport {

// The socket remains the caller's. Null when out of memory.
BIO* make_socket_bio(int fd);

// Of one that make_socket_bio() made: the socket has become readable.
void note_readable(BIO* bio);

}  // namespace flowgate::transport
