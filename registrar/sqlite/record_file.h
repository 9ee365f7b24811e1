// The database with the records, and what happens to files: when it is taken away while it is open, what was
// in it is still there, and goes to where it was.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>

#include "registrar/binding.h"
#include "registrar/sqlite/process_lock.h"
#include "registrar/sqlite/record_log.h"

namespace flowgate::sqlite {

// One thread at a time.
class RecordFile {
 public:
  // `report` is told in one line when writing begins to fail, and when it is over. Throws as open_database()
  // does.
  using Report = std::function<void(std::string_view line)>;
  RecordFile(const std::filesystem::path& file, Report report);

  RecordLog& log() { return *log_; }

  // One transaction: on an error nothing of it is there. A file that is gone is put back first; another file
  // that stands in its place is left alone, and an error.
  using Rows = std::function<Outcome(RecordLog&)>;
  [[nodiscard]] Outcome write(registrar::Instant now, const Rows& rows);
  // After write(), when nobody waits.
  void tidy();

 private:
  Outcome attempt(registrar::Instant now, const Rows& rows);
  Outcome put_back();
  std::string describe(const boost::system::error_code& error) const;

  std::filesystem::path file_;
  Report report_;
  std::optional<ProcessLock> lock_;  // of the file at its path: it may have gone with the database
  std::optional<RecordLog> log_;     // none while a file is put back
  bool failing_ = false;
  registrar::Instant put_back_again_;
};

}  // namespace flowgate::sqlite
