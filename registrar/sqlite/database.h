// A connection to an SQLite database, and its statements: thin, typed, without exceptions once it is open.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_file;
struct sqlite3_stmt;

namespace flowgate::sqlite {

// Values are SQLite's extended result codes.
const boost::system::error_category& category();

using Outcome = boost::system::result<void>;

// A prepared statement, bound and run again and again. Texts and octets that are bound must live until
// reset().
class Statement {
 public:
  Statement(sqlite3* database, std::string_view text);

  // Parameters count from 1, columns from 0.
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, std::string_view text);
  Statement& bind_octets(int parameter, std::string_view octets);

  // True: there is a row. After false or an error the statement is reset.
  [[nodiscard]] boost::system::result<bool> step();
  // Steps to the end and resets.
  [[nodiscard]] Outcome run();
  void reset();

  // Of the row; until the next step() or reset().
  std::int64_t number(int column) const;
  std::string_view text(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// One thread at a time.
class Database {
 public:
  // Opens the file; an empty one is made, mode 0600, when there is none. Throws std::runtime_error with one
  // line that names the file.
  explicit Database(const std::filesystem::path& file);
  // For reading alone, whoever else has it open: neither the file nor what stands beside it is made or
  // changed. Nothing when what stands beside it cannot be read without that. Throws as the constructor does.
  static std::optional<Database> open_to_read(const std::filesystem::path& file);

  // Throws std::runtime_error when the text is wrong, or the file is.
  Statement prepare(std::string_view text);
  // One or more statements without parameters and rows.
  [[nodiscard]] Outcome execute(const char* text);

  // How many rows the last statement that changes any has changed.
  std::int64_t changes() const;

  // The first column of the first row. Throws std::runtime_error.
  std::int64_t number(std::string_view query);

  // The file is no longer at its path: taken away, or another one stands there.
  bool has_moved() const;
  // How many pages the write-ahead log held after the last commit.
  int log_pages() const { return *log_pages_; }
  // In a transaction that writes, after a commit. When the write-ahead log fills its file, the file grows by
  // zeros, which SQLite takes for no frames: a commit inside the file costs half of one that makes it longer,
  // for which the file system has a journal of its own to write.
  Outcome make_room_in_log();
  // Asks the file system only when it must: who asks for a file's size is told its time, and before the next
  // commit is durable a new one is on the disk, too (Linux 6.13 and later).
  bool log_has_room();
  // Moves what is in the write-ahead log into the database.
  Outcome checkpoint();

  const std::filesystem::path& file() const { return file_; }
  // One line: the file and what is wrong. For `error` of this category.
  std::string describe(const boost::system::error_code& error) const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  // `name`: the file, or an URI of it.
  Database(const std::filesystem::path& file, const std::string& name, int flags);
  sqlite3_file* log_file() const;

  std::filesystem::path file_;
  std::unique_ptr<int> log_pages_ = std::make_unique<int>(0);
  std::int64_t log_size_ = 0;  // of the file, in octets, when it was last asked for; it may have shrunk
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace flowgate::sqlite
