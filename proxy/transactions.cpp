#include "proxy/transactions.h"

#include <cassert>
#include <utility>

#include "proxy/received.h"

namespace flowgate::proxy {

Transactions::Transactions(const Settings& settings, TimerWheel& timers, Network& network,
                           InviteIndex* invites, std::uint8_t shard)
    : settings_(settings),
      timers_(timers),
      network_(network),
      invites_(invites),
      shard_(shard),
      completed_(settings.max_register_response_octets),
      timer_j_(this, [](void* self) { static_cast<Transactions*>(self)->timer_j(); }) {}

Transactions::~Transactions() {
  // Users and transactions hold one another: let go of both ends.
  client_.for_each([](const auto& transaction) { transaction->user_.reset(); });
  server_.for_each([this](const auto& transaction) {
    leave_index(*transaction);
    if (ServerUser* user = std::exchange(transaction->user_, nullptr)) user->terminated(*transaction);
  });
}

ServerTransaction& Transactions::make_server(const TransactionKey& key, const Flow& flow,
                                             const sip::Via& top_via, const sip::Message& request,
                                             std::chrono::seconds keep) {
  settle();  // one that is still being handled, which has led to this one
  traffic_.count_request(request.method());
  const sip::Splice via = received_params(request, top_via, flow, keep, arriving_via_);
  arriving_ = std::make_unique<ServerTransaction>(*this, key, flow, top_via, request, via);
  return *arriving_;
}

void Transactions::settle() {
  if (!arriving_) return;
  auto transaction = std::move(arriving_);
  if (transaction->state() == ServerState::terminated) {
    leave_index(*transaction);
    dead_server_.push_back(std::move(transaction));
    return;
  }
  transaction->settle();
  const TransactionKey key = transaction->key();
  server_.put(key, std::move(transaction));
}

bool Transactions::is_merged(ServerTransaction& transaction, std::uint64_t merge_hash) {
  if (!merged(merge_hash).insert(merge_hash).second) return true;
  transaction.merge_hash_ = merge_hash;
  return false;
}

ServerTransaction* Transactions::find_server(const TransactionKey& key) {
  if (arriving_ && arriving_->key() == key)
    return arriving_->state() == ServerState::terminated ? nullptr : arriving_.get();
  const auto* found = server_.find(key);
  return found == nullptr ? nullptr : found->get();
}

std::optional<std::uint8_t> Transactions::shard_of_invite(const TransactionKey& key) const {
  const auto shard = invites_ == nullptr ? std::nullopt : invites_->find(key);
  return shard == shard_ ? std::nullopt : shard;
}

std::optional<std::uint8_t> Transactions::claim_invite(const TransactionKey& key) {
  if (invites_ == nullptr) return std::nullopt;
  const std::uint8_t shard = invites_->claim(key, shard_);
  return shard == shard_ ? std::nullopt : std::optional{shard};
}

bool Transactions::repeat_response(const TransactionKey& key) {
  const auto* response = completed_.find(key);
  if (response == nullptr) return false;
  network_.send(response->flow, response->text());
  return true;
}

ClientTransaction& Transactions::make_client(const Branch& branch, sip::Method method, const Flow& flow,
                                             std::string request, std::shared_ptr<ClientUser> user) {
  auto owned =
      std::make_unique<ClientTransaction>(*this, branch, method, flow, std::move(request), std::move(user));
  ClientTransaction& transaction = *owned;
  client_.put({branch.id, method == sip::Method::cancel}, std::move(owned));
  on_flow_[flow].push_back(transaction);
  return transaction;
}

ClientTransaction* Transactions::find_client(const Branch& branch, bool cancel) {
  const auto* found = client_.find({branch.id, cancel});
  return found == nullptr ? nullptr : found->get();
}

void Transactions::send_cancel(const Branch& invite, const Flow& flow, std::string request) {
  ClientTransaction& transaction =
      make_client(invite, sip::Method::cancel, flow, std::move(request), nullptr);
  // When the flow is gone the INVITE is told of it; there is nothing more to do here.
  static_cast<void>(transaction.start());
}

void Transactions::flow_failed(const Flow& flow) {
  const auto found = on_flow_.find(flow);
  if (found == on_flow_.end()) return;
  OnFlow failed;
  failed.swap(found->second);
  on_flow_.erase(found);
  while (!failed.empty()) {
    ClientTransaction& transaction = failed.front();
    failed.pop_front();
    transaction.flow_failed();
  }
}

void Transactions::reap() {
  assert(!arriving_);
  dead_server_.clear();
  // A destructor may release the last user, which may own nothing that terminates: one round is enough.
  std::exchange(dead_client_, {}).clear();
}

void Transactions::remove(ServerTransaction& transaction) {
  if (transaction.merge_hash_ != 0) merged(transaction.merge_hash_).erase(transaction.merge_hash_);
  if (&transaction == arriving_.get()) return;
  auto* const found = server_.find(transaction.key());
  if (found == nullptr || found->get() != &transaction) return;
  leave_index(transaction);
  dead_server_.push_back(std::move(*found));
  server_.erase(transaction.key());
}

void Transactions::leave_index(const ServerTransaction& transaction) {
  if (invites_ != nullptr && transaction.is_invite()) invites_->erase(transaction.key());
}

void Transactions::complete(ServerTransaction& transaction, std::string_view response) {
  const std::uint64_t merge_hash = std::exchange(transaction.merge_hash_, 0);
  completed_.push(
      {transaction.key(), transaction.reply_flow(), timers_.now() + settings_.timeout(), merge_hash},
      response, transaction.repeatable_);
  completed_.make_room([this](const CompletedResponse& gone) { forget_merged(gone); });
  if (!timer_j_.is_set()) timers_.set(timer_j_, settings_.timeout());
}

void Transactions::make_room() {
  const Instant until = timers_.now() + settings_.timeout() - 16 * settings_.t1;
  const auto gone = [this](const CompletedResponse& each) { forget_merged(each); };
  while (full() && completed_.forget_one(until, gone)) {
  }
}

void Transactions::forget_merged(const CompletedResponse& gone) {
  if (gone.merge_hash != 0) merged(gone.merge_hash).erase(gone.merge_hash);
}

void Transactions::timer_j() {
  completed_.expire(timers_.now(), [this](const CompletedResponse& gone) { forget_merged(gone); });
  using std::chrono::milliseconds;
  if (const auto next = completed_.next())
    timers_.set(timer_j_, std::chrono::ceil<milliseconds>(*next - timers_.now()));
}

void Transactions::remove(ClientTransaction& transaction) {
  const ClientKey key{transaction.branch().id, transaction.method() == sip::Method::cancel};
  auto* const found = client_.find(key);
  if (found == nullptr || found->get() != &transaction) return;
  leave_flow(transaction);
  dead_client_.push_back(std::move(*found));
  client_.erase(key);
}

void Transactions::leave_flow(ClientTransaction& transaction) {
  if (!transaction.is_linked()) return;
  transaction.unlink();
  const auto found = on_flow_.find(transaction.flow());
  if (found != on_flow_.end() && found->second.empty()) on_flow_.erase(found);
}

}  // namespace flowgate::proxy
