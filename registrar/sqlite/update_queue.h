// Updates on their way to the disk.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "registrar/location_service.h"

namespace flowgate::registrar {

struct CachedRecord;

struct PendingUpdate {
  std::string aor;
  std::string octets;             // the record, encoded
  std::unique_ptr<Update> asked;  // what it was made by; null: nobody waits
  std::uint64_t generation = 0;   // see RecordCache
  CachedRecord* of = nullptr;     // the record that it has changed; lives as long
  std::size_t hash = 0;           // of the AOR
  bool is_empty = false;          // leaves no bindings
  std::int64_t page = 0;          // where it was written
  // Under the lock of the record:
  Record before;                  // what it has replaced
  bool drops_flows = false;       // that used flows which are not used any more
  bool undone = false;            // `before` has come back
  PendingUpdate* next = nullptr;  // the next one of the same AOR

  // How many octets of text it has room for.
  std::size_t room() const;
  // As if it had just been made, but for the room that it has.
  void begin_anew() {
    octets.clear();
    asked.reset();
    generation = 0;
    of = nullptr;
    page = 0;
    undone = false;
    next = nullptr;
  }
};
using PendingUpdates = std::vector<std::unique_ptr<PendingUpdate>>;

// Bounded. Thread-safe; one thread takes.
class UpdateQueue {
 public:
  explicit UpdateQueue(std::size_t limit) : limit_(limit) {}

  // False: it is full or closed, and the update is left to the caller. What nobody waits for has room beyond
  // the limit: there is no more of it than there are bindings.
  bool push(std::unique_ptr<PendingUpdate>& update);
  // Waits until there are some, or it is closed and empty: then it returns none. At most `most`, in the order
  // in which they were pushed. First it waits a moment for as many as there were the last time: a commit of
  // few costs as much as one of many.
  void take(std::size_t most, PendingUpdates& updates);
  void close();

 private:
  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable filled_;
  PendingUpdates updates_;
  std::size_t wanted_ = 1;  // so many wake whoever takes
  bool closed_ = false;
};

}  // namespace flowgate::registrar
