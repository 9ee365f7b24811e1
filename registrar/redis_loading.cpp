// How a RedisStore gets to know all records at the beginning of a session: what changes from then on is
// published, and versions tell which is newer.
#include <algorithm>

#include "registrar/record_codec.h"
#include "registrar/redis_store.h"

namespace flowgate::registrar {

using redis::Reply;

void RedisStore::connected() {
  const std::uint64_t session = ++session_;
  loaded_ = false;
  loading_ = true;
  connected_ = true;
  load(session);
}

void RedisStore::lost() {
  connected_ = false;
  loaded_ = false;
}

// A step that belongs to a session: when that is over, so is the loading. After an error reply it begins anew
// with the next sweep.
redis::Link::Done RedisStore::in_session(std::uint64_t session, std::function<void(const Reply&)> then) {
  return [this, session, then = std::move(then)](const boost::system::result<Reply>& reply) {
    if (session != session_ || !connected_) return;
    if (reply && !reply->is_error()) return then(*reply);
    log_("redis: cannot read the records: " + (reply ? reply->text : reply.error().message()));
    loading_ = false;
  };
}

void RedisStore::load(std::uint64_t session) {
  ask_time(session, true);
  link_.call({"SCRIPT", "LOAD", redis::update_record().text}, in_session(session, [](const Reply&) {}));
  scan(session, "0");
}

void RedisStore::ask_time(std::uint64_t session, bool begins) {
  const Instant sent = now_();
  time_asked_ = sent.time_since_epoch().count();
  link_.call({"TIME"}, in_session(session, [this, sent, begins](const Reply& reply) {
               clock_.told(reply, sent, now_(), begins);
             }));
}

void RedisStore::scan(std::uint64_t session, const std::string& cursor) {
  link_.call({"SCAN", cursor, "MATCH", keys_.record + "*", "COUNT", "200"},
             in_session(session, [this, session](const Reply& reply) { scanned(session, reply); }));
}

void RedisStore::scanned(std::uint64_t session, const Reply& reply) {
  if (!reply.is_array(2) || !reply.items[0].is_text()) {
    loading_ = false;
    return;
  }
  const std::string& cursor = reply.items[0].text;
  const std::vector<Reply>& keys = reply.items[1].items;
  if (!keys.empty()) return read(session, keys, cursor);
  cursor == "0" ? finished_loading(session) : scan(session, cursor);
}

void RedisStore::read(std::uint64_t session, const std::vector<Reply>& keys, const std::string& cursor) {
  redis::Command command{"MGET"};
  for (const Reply& key : keys) command.push_back(key.text);
  const auto take = [this, session, command, cursor](const Reply& reply) {
    const std::size_t count = std::min(command.size() - 1, reply.items.size());
    for (std::size_t i = 0; i < count; ++i) take_loaded(session, command[i + 1], reply.items[i]);
    cursor == "0" ? finished_loading(session) : scan(session, cursor);
  };
  link_.call(command, in_session(session, take));
}

void RedisStore::take_loaded(std::uint64_t session, const std::string& key, const Reply& value) {
  if (!value.is_text() || !key.starts_with(keys_.record)) return;  // it has expired meanwhile
  const auto stored = redis::StoredRecord::parse(value.text);
  auto record = stored ? decode_record(stored->octets, clock_.reading())
                       : boost::system::result<Record>{RecordError::malformed};
  if (!record) return log_("redis: " + key + ": " + record.error().message());
  const std::string aor = key.substr(keys_.record.size());
  *record = own(std::move(*record));
  if (!ever_loaded_) {
    for (const Binding& binding : record->bindings) take_up(aor, binding);
  }
  if (cache_.put(aor, std::move(*record), {session, stored->version}) && ever_loaded_)
    announce(aor, Cause::request);
}

void RedisStore::take_up(const std::string& aor, const Binding& binding) {
  if (!binding.by_flow || !binding.node.empty()) return;
  if (is_stream(binding.flow.protocol)) {
    lost_connections_.emplace_back(aor, binding.flow);
  } else if (resumed_) {
    resumed_(binding);
  }
}

bool RedisStore::wait_until_loaded(std::chrono::milliseconds patience) {
  std::unique_lock lock{loaded_mutex_};
  return loaded_signal_.wait_for(lock, patience, [this] { return ever_loaded_.load(); });
}

void RedisStore::finished_loading(std::uint64_t session) {
  for (const std::string& aor : cache_.forget_before(session)) announce(aor, Cause::expiry);
  loading_ = false;
  loaded_ = true;
  if (!ever_loaded_) {
    {
      const std::lock_guard lock{loaded_mutex_};
      ever_loaded_ = true;
    }
    loaded_signal_.notify_all();
    drop_lost_connections();
  }
  std::vector<std::pair<std::string, Dead>> removals;
  {
    const std::lock_guard lock{removals_mutex_};
    removals.swap(removals_);
  }
  for (const auto& [aor, dead] : removals) remove(aor, dead);
}

// RFC 5626 §5.3: the connections of this node from before it was started are closed, and their bindings must
// go.
void RedisStore::drop_lost_connections() {
  for (const auto& [aor, flow] : std::exchange(lost_connections_, {})) {
    remove(aor, [flow = flow](const Binding& binding) {
      return binding.by_flow && binding.node.empty() && binding.flow == flow;
    });
  }
}

}  // namespace flowgate::registrar
