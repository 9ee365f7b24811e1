#include "registrar/sqlite_store.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "registrar/record_codec.h"

namespace flowgate::registrar {
namespace {

// The longest transaction: what comes during it waits for the next.
constexpr std::size_t most_updates = 4096;
// Records that do not count may be as many as those that do, and so many more.
constexpr std::size_t spare_records = 10'000;
// For each record that comes so many old ones go, more than are written anew.
constexpr std::size_t taken_for_each = 4;

// A connection ended with the process that had it. The flow that a REGISTER along a Path came over, or that
// of a UA that is reached by its URI, is of no use.
bool outlives_process(const Binding& binding) {
  return !binding.by_flow || !is_stream(binding.flow.protocol);
}

}  // namespace

SqliteStore::SqliteStore(Options options, const Loaded& loaded)
    : options_(std::move(options)),
      queue_(options_.max_pending),
      cache_(queue_, options_.clocks),
      file_(options_.file, options_.report) {
  load(loaded);
  writer_ = std::thread([this] { write_until_stopped(); });
}

SqliteStore::~SqliteStore() {
  stop();
}

void SqliteStore::stop() {
  queue_.close();
  if (writer_.joinable()) writer_.join();
}

void SqliteStore::load(const Loaded& loaded) {
  const ClockReading clocks = options_.clocks();
  cache_.live_pages().begin_at(file_.log().first_page());
  file_.log().read([&](std::int64_t page, std::string_view aor, std::string_view octets) {
    if (cache_.is_loaded(aor)) return;
    auto record = decode_record(octets, clocks);
    if (!record) {
      throw std::runtime_error(options_.file.string() + ": " + std::string(aor) + ": " +
                               record.error().message());
    }
    erase_bindings(*record, [&](const Binding& binding) {
      return binding.expires <= clocks.steady || !outlives_process(binding);
    });
    std::ranges::for_each(record->bindings, loaded);
    cache_.load(page, aor, std::move(*record));
  });
  cache_.loaded();
}

void SqliteStore::submit(std::string_view aor, std::unique_ptr<Lookup> lookup) {
  cache_.show(aor, *lookup);
  lookup->done();
}

void SqliteStore::submit(std::string_view aor, std::unique_ptr<Update> update) {
  switch (cache_.change(aor, update)) {
    case RecordCache::Changed::pending:
      return;
    case RecordCache::Changed::nothing_to_write:
      announce(aor, Cause::request);
      return Update::finish(std::move(update), {});
    case RecordCache::Changed::no_room:
      return Update::finish(std::move(update), make_error_code(boost::system::errc::no_buffer_space));
  }
}

void SqliteStore::remove_flow(const Flow& flow) {
  const auto over_flow = [&flow](const Binding& binding) { return binding.by_flow && binding.flow == flow; };
  for (const std::string& aor : cache_.take(flow)) {
    cache_.remove(aor, over_flow, !is_stream(flow.protocol));
    announce(aor, Cause::flow_failure);
  }
}

void SqliteStore::remove_dead(std::string_view aor, Dead dead) {
  cache_.remove(aor, dead, true);
  announce(aor, Cause::flow_failure);
}

std::optional<Dialect> SqliteStore::registered_over(const Flow& flow, Instant now) {
  return cache_.registered_over(flow, now);
}

void SqliteStore::sweep(Instant now) {
  std::vector<std::string> changed;
  cache_.sweep(now, changed);
  for (const std::string& aor : changed) announce(aor, Cause::expiry);
}

std::size_t SqliteStore::size() const {
  return cache_.size();
}

void SqliteStore::write_until_stopped() {
  PendingUpdates updates;
  while (true) {
    queue_.take(most_updates, updates);
    if (updates.empty()) return;
    write(updates);
    file_.tidy();
  }
}

void SqliteStore::write(PendingUpdates& updates) {
  const auto written = file_.write(options_.clocks().steady,
                                   [&](sqlite::RecordLog& log) { return write_records(log, updates); });
  if (written) {
    for (const Moved& moved : moved_) cache_.move_record(moved.from, moved.aor, moved.to);
  } else {
    cache_.begin_generation();
  }
  tell_written(updates);
  for (auto& update : updates)
    cache_.is_current(*update) ? cache_.settle(std::move(update)) : fail(std::move(update));
}

// Nobody waits for what is to be settled: whoever is woken by the first answer finds more than one.
void SqliteStore::tell_written(const PendingUpdates& updates) {
  for (const auto& update : updates) {
    if (!update->asked || !cache_.is_current(*update)) continue;
    announce(update->aor, Cause::request);
    Update::finish(std::move(update->asked), {});
  }
}

// It is undone before anybody hears of it.
void SqliteStore::fail(std::unique_ptr<PendingUpdate> update) {
  const std::string aor = update->aor;
  auto asked = std::move(update->asked);
  cache_.fail(std::move(update));
  announce(aor, Cause::request);
  if (asked) Update::finish(std::move(asked), make_error_code(boost::system::errc::io_error));
}

sqlite::Outcome SqliteStore::write_records(sqlite::RecordLog& log, PendingUpdates& updates) {
  moved_.clear();
  if (const auto made = make_room(log, updates.size()); !made) return made;
  for (const auto& update : updates) {
    if (!cache_.is_current(*update)) continue;
    const auto page = log.append(update->aor, update->octets);
    if (!page) return page.error();
    update->page = *page;
  }
  return {};
}

// What is old and does not count any more is taken away; what still counts is written anew.
sqlite::Outcome SqliteStore::make_room(sqlite::RecordLog& log, std::size_t updates) {
  LivePages& live = cache_.live_pages();
  live.begin_at(log.first_page());
  if (log.records() <= 2 * live.count() + spare_records) return {};
  const auto is_live = [&live](std::int64_t page) { return live.has_any(page); };
  return log.take_oldest(taken_for_each * updates, is_live,
                         [&](std::int64_t page, std::string_view aor) -> sqlite::Outcome {
                           octets_.clear();
                           if (!cache_.copy_record(page, aor, octets_)) return {};
                           Moved& moved = moved_.emplace_back(Moved{std::string(aor), page, 0});
                           if (octets_.empty()) return {};
                           const auto anew = log.append(aor, octets_);
                           if (!anew) return anew.error();
                           moved.to = *anew;
                           return {};
                         });
}

}  // namespace flowgate::registrar
