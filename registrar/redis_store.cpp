#include "registrar/redis_store.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "registrar/record_codec.h"

namespace flowgate::registrar {

using boost::system::error_code;
using redis::RecordChange;
using redis::RecordChanges;
using redis::Reply;

namespace {

constexpr std::chrono::seconds time_interval{10};

// What this node keeps is what all others read: the times as they are written.
void round_times(Binding& binding, const ClockReading& clocks) {
  for (Instant* time : {&binding.registered, &binding.updated, &binding.expires})
    *time = clocks.instant(clocks.wall_us(*time));
}

// A record expires with its last binding; in milliseconds since 1970.
std::string expiry_of(const Record& record, const ClockReading& clocks) {
  std::int64_t last_us = 0;
  for (const Binding& binding : record.bindings) last_us = std::max(last_us, clocks.wall_us(binding.expires));
  return std::to_string(last_us / 1000 + 1);
}

}  // namespace

RedisStore::RedisStore(Options options, redis::Link& link, Now now, Log log, Resumed resumed)
    : options_(std::move(options)),
      keys_(options_.prefix),
      link_(link),
      now_(std::move(now)),
      log_(std::move(log)),
      resumed_(std::move(resumed)),
      cache_([this](std::string_view aor) { announce(aor, Cause::expiry); }),
      changes_(cache_, options_.max_waiting) {}

RedisStore::~RedisStore() = default;

void RedisStore::submit(std::string_view aor, std::unique_ptr<Lookup> lookup) {
  cache_.lookup(aor, std::move(lookup));
}

// Before all records have been read once it is not known which of this node's bindings are from before it was
// started.
void RedisStore::submit(std::string_view aor, std::unique_ptr<Update> update) {
  if (!connected_ || !ever_loaded_) return Update::finish(std::move(update), redis::Error::away);
  add(aor, {std::move(update), Cause::request});
}

// A change under way is looked for first: when it succeeds meanwhile, its flow is among the others.
void RedisStore::remove_flow(const Flow& flow) {
  std::vector<std::string> aors = changes_.aors_over(flow);
  for (std::string& aor : cache_.aors_over(flow)) {
    if (std::ranges::find(aors, aor) == aors.end()) aors.push_back(std::move(aor));
  }
  for (const std::string& aor : aors) {
    remove(aor, [flow](const Binding& binding) {
      return binding.by_flow && binding.node.empty() && binding.flow == flow;
    });
  }
}

void RedisStore::remove_dead(std::string_view aor, Dead dead) {
  remove(aor, dead);
}

void RedisStore::remove(std::string_view aor, const Dead& dead) {
  // Looked at first: what has succeeded in between is among what is dropped.
  const bool changing = changes_.is_changing(aor);
  const bool dropped = cache_.drop(aor, dead);
  if (dropped) announce(aor, Cause::flow_failure);
  if (!dropped && !changing) return;
  if (!connected_ || !ever_loaded_) return keep_removal(aor, dead);
  RecordChange change{make_update([dead](Record& record) { erase_bindings(record, dead); },
                                  [this, aor = std::string(aor), dead](error_code error) {
                                    if (error) keep_removal(aor, dead);
                                  }),
                      {}};
  if (!dropped) change.cause = Cause::flow_failure;
  add(aor, std::move(change));
}

// One too many is left to expire.
void RedisStore::keep_removal(std::string_view aor, const Dead& dead) {
  const std::lock_guard lock{removals_mutex_};
  if (removals_.size() < options_.max_removals) removals_.emplace_back(aor, dead);
}

std::optional<Dialect> RedisStore::registered_over(const Flow& flow, Instant now) {
  return cache_.registered_over(flow, now);
}

std::size_t RedisStore::size() const {
  return cache_.size();
}

void RedisStore::sweep(Instant now) {
  cache_.sweep(now);
  if (!connected_) return;
  const std::uint64_t session = session_;
  if (!loaded_ && !loading_.exchange(true)) return load(session);
  Instant::rep asked = time_asked_;
  const Instant::rep tick = now.time_since_epoch().count();
  if (tick - asked > Instant::duration{time_interval}.count() &&
      time_asked_.compare_exchange_strong(asked, tick)) {
    ask_time(session, false);
  }
}

void RedisStore::add(std::string_view aor, RecordChange change) {
  RecordChanges::Attempt attempt;
  switch (changes_.add(aor, change, attempt)) {
    case RecordChanges::Added::attempt:
      return send(std::string(aor), std::move(attempt), false);
    case RecordChanges::Added::waits:
      return;
    case RecordChanges::Added::crowded:
      return Update::finish(std::move(change.update), redis::Error::crowded);
  }
}

// What was told in another session says nothing of what there is in this one: "?" is no version.
void RedisStore::send(const std::string& aor, RecordChanges::Attempt attempt, bool whole_script) {
  const ClockReading clocks = clock_.reading();
  const std::uint64_t session = session_;
  std::string octets;
  Record& record = attempt.record;
  if (!record.bindings.empty()) {
    for (Binding& binding : record.bindings) {
      round_times(binding, clocks);
      if (binding.node.empty()) binding.node = options_.node;
    }
    encode_record(record, clocks, octets);
    record = own(std::move(record));
  }
  const std::string expected = !attempt.exists                   ? "0"
                               : attempt.base.session == session ? std::to_string(attempt.base.version)
                                                                 : "?";
  const redis::Script& script = redis::update_record();
  redis::Command command{whole_script ? "EVAL" : "EVALSHA",
                         whole_script ? script.text : script.sha1,
                         "2",
                         keys_.record + aor,
                         keys_.version,
                         expected,
                         std::move(octets),
                         expiry_of(record, clocks),
                         keys_.records,
                         redis::message_head(options_.writer, attempt.cause, aor)};
  attempt.base.session = session;
  link_.call_durably(std::move(command), [this, aor, whole_script, attempt = std::move(attempt)](
                                             const boost::system::result<Reply>& reply) mutable {
    if (reply && reply->is_error("NOSCRIPT") && !whole_script) return send(aor, std::move(attempt), true);
    replied(aor, attempt, reply);
  });
}

void RedisStore::replied(const std::string& aor, RecordChanges::Attempt& attempt,
                         const boost::system::result<Reply>& reply) {
  const std::uint64_t session = attempt.base.session;
  if (!reply) return finish(aor, changes_.failed(aor), reply.error());
  if (!reply->is_array(2)) {
    log_("redis: a change was refused: " + reply->text);
    return finish(aor, changes_.failed(aor), redis::Error::refused);
  }
  const std::string& told = reply->items[1].text;
  if (reply->items[0].integer == 0) return conflicted(aor, session, told);
  redis::Stamp stamp{session, 0};
  std::from_chars(told.data(), told.data() + told.size(), stamp.version);
  const bool exists = !attempt.record.bindings.empty();
  cache_.put(aor, std::move(attempt.record), stamp);
  std::optional<RecordChanges::Attempt> next;
  finish(aor, changes_.succeeded(aor, stamp, exists, next), {});
  if (next) send(aor, std::move(*next), false);
}

void RedisStore::conflicted(const std::string& aor, std::uint64_t session, const std::string& current) {
  const auto stored = redis::StoredRecord::parse(current);
  auto record = stored && stored->version != 0 ? decode_record(stored->octets, clock_.reading())
                                               : boost::system::result<Record>{Record{}};
  if (!stored || !record) {
    log_("redis: " + keys_.record + aor + " holds no record");
    return finish(aor, changes_.failed(aor), redis::Error::refused);
  }
  const redis::Stamp stamp{session, stored->version};
  *record = own(std::move(*record));
  if (stored->version == 0) {
    cache_.vanished(aor, cache_.get(aor).stamp);
  } else if (cache_.put(aor, *record, stamp)) {
    announce(aor, Cause::request);
  }
  auto again = changes_.conflicted(aor, std::move(*record), stamp);
  if (again) return send(aor, std::move(*again), false);
  finish(aor, changes_.failed(aor), redis::Error::conflict);
}

// A change whose fate is unknown may have been made.
void RedisStore::finish(std::string_view aor, std::vector<RecordChange> changes, error_code error) {
  for (RecordChange& each : changes) {
    if (each.cause && (!error || error == redis::Error::not_replicated)) announce(aor, *each.cause);
    Update::finish(std::move(each.update), error);
  }
}

void RedisStore::published(std::string_view channel, std::string_view text) {
  if (channel != keys_.records) return;
  const auto message = redis::RecordMessage::parse(text);
  if (!message) return log_("redis: not a change of a record was published");
  const redis::Stamp stamp{session_, message->version};
  if (!cache_.is_news(message->aor, stamp)) return;
  Record record;
  if (!message->octets.empty()) {
    auto decoded = decode_record(message->octets, clock_.reading());
    if (!decoded) return log_("redis: " + decoded.error().message() + " was published");
    record = own(std::move(*decoded));
  }
  const bool taken = cache_.put(message->aor, std::move(record), stamp);
  // The observer hears of our own changes when they are done.
  if (taken && message->writer != options_.writer) announce(message->aor, message->cause);
}

// Here, what is of this node has no node's name.
Record RedisStore::own(Record record) const {
  for (Binding& binding : record.bindings) {
    if (binding.node == options_.node) binding.node.clear();
  }
  return record;
}

}  // namespace flowgate::registrar
