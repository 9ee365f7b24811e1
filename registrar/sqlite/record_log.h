// The records in a database: rows are appended, and taken away at the old end. A table that is written in
// order costs a fraction of one that is written all over, and its transactions are small.
//
// Of an AOR the newest row counts. What is taken away must be dead, or have been appended anew before.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>

#include "registrar/sqlite/database.h"

namespace flowgate::sqlite {

// One thread at a time.
class RecordLog {
 public:
  // Throws as open_database() does.
  explicit RecordLog(const std::filesystem::path& file);

  // Calls `visit` with each row, the newest first. Throws std::runtime_error when the file is damaged; passes
  // on what `visit` throws.
  using Visit = std::function<void(std::int64_t seq, std::string_view aor, std::string_view record)>;
  void read(const Visit& visit);

  // A transaction. On an error of any step roll_back() is due, and leaves nothing of it.
  [[nodiscard]] Outcome begin();
  [[nodiscard]] boost::system::result<std::int64_t> append(std::string_view aor, std::string_view record);
  // Takes the `most` oldest rows away; first shows those among them to `visit` that `next` finds: the first
  // that counts in [from, end). `visit` may append.
  using Next = std::function<std::optional<std::int64_t>(std::int64_t from, std::int64_t end)>;
  using VisitOld = std::function<Outcome(std::int64_t seq, std::string_view aor)>;
  [[nodiscard]] Outcome take_oldest(std::size_t most, const Next& next, const VisitOld& visit);
  // As durable as the disk.
  [[nodiscard]] Outcome commit();
  void roll_back();

  std::int64_t first() const { return first_; }
  // How many rows there are.
  std::size_t rows() const { return static_cast<std::size_t>(last_ - first_ + 1); }

  // After commit, when nobody waits.
  void tidy();
  // Not at its path any more.
  bool has_moved() const { return database_.has_moved(); }
  // A copy, in a file of its own that must not be there yet; durable.
  [[nodiscard]] Outcome copy_to(const std::filesystem::path& file);

  std::string describe(const boost::system::error_code& error) const { return database_.describe(error); }

 private:
  Database database_;
  Statement begin_, append_, aor_, take_, commit_, roll_back_, copy_;
  std::int64_t first_ = 1, last_ = 0;  // of the rows; what is taken away leaves no gaps
  std::int64_t committed_first_ = 1, committed_last_ = 0;
};

}  // namespace flowgate::sqlite
