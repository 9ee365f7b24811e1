// The location service in Redis, shared by several nodes. Each node knows all records: a lookup is answered
// inside the call; a change goes to Redis as a compare-and-set on the version of the record, and is made
// again on what is there when somebody else was faster.
//
// While Redis is away lookups show what was known last, updates fail, and bindings that are found dead are
// dropped here at once and in Redis as soon as it is back.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "registrar/location_service.h"
#include "registrar/redis/link.h"
#include "registrar/redis/record_cache.h"
#include "registrar/redis/record_changes.h"
#include "registrar/redis/record_message.h"
#include "registrar/redis/scripts.h"
#include "registrar/redis/server_clock.h"

namespace flowgate::registrar {

class RedisStore : public LocationService, public redis::LinkUser {
 public:
  struct Options {
    std::string prefix = "flowgate:";    // of all keys and channels
    std::string node;                    // the name of this node, told by all others apart; not empty
    std::string writer;                  // the name of this process: drawn at random
    std::size_t max_waiting = 10'000;    // changes of one record that wait for the one before
    std::size_t max_removals = 100'000;  // of dead bindings, kept while Redis is away
  };
  using Now = std::function<Instant()>;
  using Log = std::function<void(const std::string&)>;
  // The link must outlive the store, and call nobody back any more when the store goes. `now` is called on
  // any thread. The channel to subscribe to: Keys{prefix}.records.
  // `resumed`: each UDP binding of this node from before it was started, on the link's thread.
  using Resumed = std::function<void(const Binding&)>;
  RedisStore(Options options, redis::Link& link, Now now, Log log, Resumed resumed = nullptr);
  ~RedisStore() override;

  // LocationService. A lookup ends inside the call, an update there or on the link's thread.
  void submit(std::string_view aor, std::unique_ptr<Lookup> lookup) override;
  void submit(std::string_view aor, std::unique_ptr<Update> update) override;
  void remove_flow(const Flow& flow) override;
  void remove_dead(std::string_view aor, Dead dead) override;
  std::optional<Dialect> registered_over(const Flow& flow, Instant now) override;
  void sweep(Instant now) override;
  std::size_t size() const override;

  // All records have been read once; false: not in time.
  bool wait_until_loaded(std::chrono::milliseconds patience);
  // Changes that are not over yet.
  std::size_t changing() const { return changes_.size(); }

  // LinkUser
  void connected() override;
  void lost() override;
  void published(std::string_view channel, std::string_view message) override;

 private:
  void remove(std::string_view aor, const Dead& dead);
  void keep_removal(std::string_view aor, const Dead& dead);
  void add(std::string_view aor, redis::RecordChange change);
  void send(const std::string& aor, redis::RecordChanges::Attempt attempt, bool whole_script);
  void replied(const std::string& aor, redis::RecordChanges::Attempt& attempt,
               const boost::system::result<redis::Reply>& reply);
  void conflicted(const std::string& aor, std::uint64_t session, const std::string& current);
  void finish(std::string_view aor, std::vector<redis::RecordChange> changes,
              boost::system::error_code error);

  void load(std::uint64_t session);
  void scan(std::uint64_t session, const std::string& cursor);
  void scanned(std::uint64_t session, const redis::Reply& reply);
  void read(std::uint64_t session, const std::vector<redis::Reply>& keys, const std::string& cursor);
  void take_loaded(std::uint64_t session, const std::string& key, const redis::Reply& value);
  void take_up(const std::string& aor, const Binding& binding);
  void finished_loading(std::uint64_t session);
  void drop_lost_connections();
  redis::Link::Done in_session(std::uint64_t session, std::function<void(const redis::Reply&)> then);
  void ask_time(std::uint64_t session, bool begins);
  Record own(Record record) const;

  const Options options_;
  const redis::Keys keys_;
  redis::Link& link_;
  const Now now_;
  const Log log_;
  const Resumed resumed_;
  redis::ServerClock clock_;
  redis::RecordCache cache_;
  redis::RecordChanges changes_;
  std::atomic<std::uint64_t> session_{0};
  std::atomic<bool> connected_{false}, loading_{false}, loaded_{false}, ever_loaded_{false};
  std::atomic<Instant::rep> time_asked_{0};
  std::mutex loaded_mutex_;
  std::condition_variable loaded_signal_;
  std::mutex removals_mutex_;
  std::vector<std::pair<std::string, Dead>> removals_;
  // Bindings by connections of this node from before it was started. The link's thread.
  std::vector<std::pair<std::string, Flow>> lost_connections_;
};

}  // namespace flowgate::registrar
