// Which of the UDP sockets that are bound to one address (SO_REUSEPORT) a datagram is given to is the
// kernel's choice, made by the addresses: a phone has always the same one. That is right for requests. A
// response belongs to the shard that sent the request, which wrote its number into the branch of its Via:
// with this filter (classic BPF, SO_ATTACH_REUSEPORT_CBPF; it needs no privilege) the kernel reads it there.
//
// It helps, and decides nothing: what it gives to another shard, because the Via is far behind or because
// somebody forged it, is handled there or brought over, as it would be without the filter.
#pragma once

#include <string_view>

namespace flowgate::transport {

// `mark`, of four octets or more, stands in front of the two hexadecimal digits of the number, which is that
// of the socket in the order of binding. For all sockets of the address, those that are bound later, too.
// False: the kernel cannot, and deals responses out like requests.
bool steer_responses(int socket, std::string_view mark);

}  // namespace flowgate::transport
