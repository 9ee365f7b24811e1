// The transaction tables of one shard (RFC 3261 §17). They own every transaction; everybody else names one by
// its key or branch, or holds a reference that `terminated` ends.
#pragma once

#include <array>
#include <boost/intrusive/list.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <memory>
#include <vector>

#include "proxy/client_transaction.h"
#include "proxy/completed_responses.h"
#include "proxy/invite_index.h"
#include "proxy/network.h"
#include "proxy/server_transaction.h"
#include "proxy/settings.h"
#include "proxy/split_map.h"
#include "proxy/timer_wheel.h"
#include "proxy/traffic.h"

namespace flowgate::proxy {

class Transactions {
 public:
  // `invites`: those of all shards, of which this is `shard`; none: there is but one.
  Transactions(const Settings& settings, TimerWheel& timers, Network& network, InviteIndex* invites,
               std::uint8_t shard);
  ~Transactions();

  // When it is full, answers that were given 16*T1 ago go before Timer J: who has asked five times by then
  // has had them, or will hardly ask again.
  void make_room();
  // There is no room for one more request.
  bool full() const {
    return size() >= settings_.max_transactions || octets() >= settings_.max_transaction_octets;
  }
  // Octets of the messages that the transactions keep.
  std::size_t octets() const { return octets_ + completed_.octets(); }
  std::size_t size() const {
    return server_.size() + (arriving_ ? 1 : 0) + completed_.size() + client_.size();
  }

  // Of a request that is being received. It may view the request until settle(), which is called before that
  // goes: most are answered by then. `keep`: as for received_params().
  ServerTransaction& make_server(const TransactionKey& key, const Flow& flow, const sip::Via& top_via,
                                 const sip::Message& request, std::chrono::seconds keep = {});
  void settle();
  ServerTransaction* find_server(const TransactionKey& key);
  // The other shard that has the server transaction of the INVITE.
  std::optional<std::uint8_t> shard_of_invite(const TransactionKey& key) const;
  // Of an INVITE that make_server() is called for next. The other shard that was quicker, and has it.
  std::optional<std::uint8_t> claim_invite(const TransactionKey& key);
  // Is it the request of a non-INVITE server transaction in Completed, which find_server() does not find?
  // Then its response is sent once more.
  bool repeat_response(const TransactionKey& key);

  // RFC 3261 §8.2.2.2: "If the request has no tag in the To header field" and its merge_hash() is that of
  // another transaction that is still there, it has come by two ways. To be asked once for each such request
  // that we answer as its UAS.
  bool is_merged(ServerTransaction& transaction, std::uint64_t merge_hash);

  // `request` carries `branch` in its top Via; the caller starts it.
  ClientTransaction& make_client(const Branch& branch, sip::Method method, const Flow& flow,
                                 std::string request, std::shared_ptr<ClientUser> user);
  // The transaction that a response belongs to: by branch and the method of CSeq (§17.1.3).
  ClientTransaction* find_client(const Branch& branch, bool cancel);
  // CANCEL is a transaction of its own with the branch of its INVITE (§9.1). Nobody waits for its outcome.
  void send_cancel(const Branch& invite, const Flow& flow, std::string request);

  // Does a client transaction on that flow wait for its final response?
  bool awaits_response(const Flow& flow) const { return on_flow_.contains(flow); }
  // All of those fail now: the flow is broken.
  void flow_failed(const Flow& flow);

  // What becomes a server transaction is counted there, with its responses; what does not, by whom it comes
  // to.
  Traffic& traffic() { return traffic_; }
  const Traffic& traffic() const { return traffic_; }

  // Frees what has terminated. Called when no transaction is on the call stack.
  void reap();

  const Settings& settings() const { return settings_; }
  TimerWheel& timers() { return timers_; }
  Network& network() { return network_; }

 private:
  friend class ServerTransaction;
  friend class ClientTransaction;
  void remove(ServerTransaction& transaction);
  void leave_index(const ServerTransaction& transaction);
  // A non-INVITE one is in Completed now, over UDP: Timer J runs, and all that is needed of it is its
  // response.
  void complete(ServerTransaction& transaction, std::string_view response);
  void timer_j();
  void forget_merged(const CompletedResponse& gone);
  boost::unordered_flat_set<std::uint64_t>& merged(std::uint64_t hash) { return merged_[hash >> 56]; }
  void remove(ClientTransaction& transaction);
  // It has its final response, or will have none.
  void leave_flow(ClientTransaction& transaction);

  struct ClientKey {
    std::uint64_t id = 0;
    bool cancel = false;
    friend bool operator==(const ClientKey&, const ClientKey&) = default;
  };
  // The id is random and ours: it needs no keyed hash.
  struct ClientKeyHash {
    std::size_t operator()(const ClientKey& key) const noexcept { return key.id + (key.cancel ? 1 : 0); }
  };
  using OnFlow = boost::intrusive::list<ClientTransaction, boost::intrusive::constant_time_size<false>>;

  // A transaction keeps `now` octets where it kept `before`.
  void account(std::size_t before, std::size_t now) { octets_ += now - before; }

  Settings settings_;
  TimerWheel& timers_;
  Network& network_;
  InviteIndex* const invites_;
  const std::uint8_t shard_;
  // The last one made; from settle() on in server_, or gone.
  std::unique_ptr<ServerTransaction> arriving_;
  std::string arriving_via_;
  SplitMap<TransactionKey, std::unique_ptr<ServerTransaction>, TransactionKeyHash> server_;
  SplitMap<ClientKey, std::unique_ptr<ClientTransaction>, ClientKeyHash> client_;
  CompletedResponses completed_;
  Timer timer_j_;  // of the one that goes first
  // By hash, like a SplitMap in parts by its highest bits.
  std::array<boost::unordered_flat_set<std::uint64_t>, 256> merged_;
  std::size_t octets_ = 0;
  Traffic traffic_;
  boost::unordered_flat_map<Flow, OnFlow, FlowHash> on_flow_;  // those that wait for a final response
  std::vector<std::unique_ptr<ServerTransaction>> dead_server_;
  std::vector<std::unique_ptr<ClientTransaction>> dead_client_;
};

}  // namespace flowgate::proxy
