// A record of the database, as RecordCache has it in memory. Under its lock.
#pragma once

#include <cstdint>

#include "registrar/binding.h"
#include "registrar/sqlite/update_queue.h"

namespace flowgate::registrar {

struct CachedRecord {
  Record record;
  PendingUpdate* oldest = nullptr;  // of those on their way; the queue, or who took from it, has them
  PendingUpdate* newest = nullptr;
  std::int64_t page = 0;  // of the record in the database; 0: none

  bool is_unused() const { return record.bindings.empty() && oldest == nullptr; }
  // The oldest update that counts.
  PendingUpdate* first_pending() const {
    PendingUpdate* update = oldest;
    while (update != nullptr && update->undone) update = update->next;
    return update;
  }
  // As it is on the disk, but for what has died since.
  const Record& durable() const {
    const PendingUpdate* const pending = first_pending();
    return pending == nullptr ? record : pending->before;
  }
};

}  // namespace flowgate::registrar
