// How a request finds its server transaction: RFC 3261 §17.2.3.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sip/message.h"
#include "sip/via.h"

namespace flowgate::proxy {

// Two keyed hashes of what identifies the transaction. Peers choose those octets, but not the key: they can
// neither crowd a table nor make two transactions one.
struct TransactionKey {
  std::uint64_t a = 0;
  std::uint64_t b = 0;

  // The To tag of the responses that we make ourselves: the same for each retransmission.
  std::string to_tag() const;

  friend bool operator==(const TransactionKey&, const TransactionKey&) = default;
};

struct TransactionKeyHash {
  std::size_t operator()(const TransactionKey& key) const noexcept { return key.a; }
};

// With the magic cookie: branch, sent-by, method (ACK counts as INVITE), and From as far as its first
// parameter. That is the same in whatever belongs to a transaction; behind NATs sent-by is an address that
// others have as well, and there are phones whose branches, tags and Call-IDs hang on the second in which
// they start. Without the cookie: the rules for RFC 2543 clients: Request-URI, From tag, Call-ID, CSeq number
// and top Via; the To tag is left out, as it is the response's in an ACK. `method`: INVITE for an ACK or for
// the INVITE that a CANCEL is for.
TransactionKey transaction_key(const sip::Message& request, const sip::Via& top_via, sip::Method method);

// A keyed hash of what RFC 3261 §8.2.2.2 compares, and of the rest of From: see above.
std::uint64_t merge_hash(const sip::Message& request);

}  // namespace flowgate::proxy
