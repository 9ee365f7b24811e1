// A nonblocking socket as OpenSSL reads and writes it. After a read that has brought less than was asked for
// there is nothing more to read: no system call is made to learn that.
#pragma once

#include <openssl/types.h>

#include "transport/stream_io.h"

namespace flowgate::transport {

// The socket remains the caller's. Null when out of memory.
BIO* make_socket_bio(int fd);

// Of one that make_socket_bio() made: the socket has become readable.
void note_readable(BIO* bio);
// Another read may bring something before that.
bool may_bring_more(BIO* bio);

// From now on what is written waits for what follows, to leave with it; until `follows` is nothing again and
// something is written, or pushed.
void write_before(BIO* bio, Follows follows);
// What still waits leaves.
void push(BIO* bio);

}  // namespace flowgate::transport
