// The location service in an SQLite database. Every record is in memory, too, so that a lookup never waits
// for the disk; one thread writes. What is acknowledged is on the disk: many updates share one commit.
//
// What turns out to be dead is gone at once, and written without waiting. After a crash it may be back; what
// was registered over a connection is not.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "registrar/sqlite/record_cache.h"
#include "registrar/sqlite/record_file.h"
#include "registrar/sqlite/update_queue.h"

namespace flowgate::registrar {

class SqliteStore final : public LocationService {
 public:
  struct Options {
    std::filesystem::path file;
    std::size_t max_pending = 100'000;  // updates on their way to the disk; those beyond fail at once
    RecordCache::Clocks clocks;         // called on any thread
    // Says in one line what is wrong with the database, and when it is over. Called on the thread that
    // writes.
    sqlite::RecordFile::Report report;
  };

  // Loads all records and starts to write. Bindings of connections are not loaded: those ended with the
  // process that had them. `loaded` is shown each of the others. Throws std::runtime_error with one line that
  // names the file.
  using Loaded = std::function<void(const Binding&)>;
  SqliteStore(Options options, const Loaded& loaded);
  ~SqliteStore() override;

  // A lookup ends inside the call, an update there or on the thread that writes.
  void submit(std::string_view aor, std::unique_ptr<Lookup> lookup) override;
  void submit(std::string_view aor, std::unique_ptr<Update> update) override;
  void remove_flow(const Flow& flow) override;
  void remove_dead(std::string_view aor, Dead dead) override;
  std::optional<Dialect> registered_over(const Flow& flow, Instant now) override;
  void sweep(Instant now) override;
  std::size_t size() const override;

  // Writes what is on its way.
  void stop() override;

 private:
  void load(const Loaded& loaded);
  void write_until_stopped();
  void write(PendingUpdates& updates);
  void tell_written(const PendingUpdates& updates);
  void fail(std::unique_ptr<PendingUpdate> update);
  sqlite::Outcome write_records(sqlite::RecordLog& log, PendingUpdates& updates);
  sqlite::Outcome make_room(sqlite::RecordLog& log, std::size_t updates);

  const Options options_;
  UpdateQueue queue_;
  RecordCache cache_;
  // Of the thread that writes.
  sqlite::RecordFile file_;
  struct Moved {
    std::string aor;
    std::int64_t from, to;
  };
  std::vector<Moved> moved_;
  std::string octets_;
  std::thread writer_;
};

}  // namespace flowgate::registrar
