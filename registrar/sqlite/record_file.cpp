#include "registrar/sqlite/record_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>

namespace flowgate::sqlite {
namespace {

using boost::system::errc::make_error_code;

// A copy takes long, and fails again while the disk is full.
constexpr auto between_copies = std::chrono::seconds{1};

boost::system::error_code system_error() {
  return {errno, boost::system::generic_category()};
}

// Whoever comes first has the name.
Outcome move_without_replacing(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) return system_error();
  const int folder = ::open(to.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return system_error();
  const bool synced = ::fsync(folder) == 0;
  const auto error = system_error();
  ::close(folder);
  if (!synced) return error;
  return {};
}

}  // namespace

RecordFile::RecordFile(const std::filesystem::path& file, Report report)
    : file_(file), report_(std::move(report)), lock_(std::in_place, file), log_(std::in_place, file) {}

Outcome RecordFile::write(registrar::Instant now, const Rows& rows) {
  const Outcome outcome = attempt(now, rows);
  if (!outcome && !failing_) report_(describe(outcome.error()));
  if (outcome && failing_) report_(file_.string() + ": can be written again");
  failing_ = !outcome;
  return outcome;
}

Outcome RecordFile::attempt(registrar::Instant now, const Rows& rows) {
  if (!log_ || log_->has_moved()) {
    if (now < put_back_again_) return make_error_code(boost::system::errc::no_such_file_or_directory);
    put_back_again_ = now + between_copies;
    if (const auto back = put_back(); !back) return back;
  }
  Outcome outcome = log_->begin();
  if (outcome) outcome = rows(*log_);
  if (outcome) outcome = log_->commit();
  if (!outcome) log_->roll_back();
  return outcome;
}

// Until the last step the copy is all that there is: a second attempt goes on from it.
Outcome RecordFile::put_back() {
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(file_, ignored))) {
    return make_error_code(boost::system::errc::file_exists);
  }
  const std::filesystem::path copy = file_.string() + ".copy";
  if (log_) {
    std::filesystem::remove(copy, ignored);
    if (const auto copied = log_->copy_to(copy); !copied) return copied;
    log_.reset();
  }
  // Those of the file that is gone. SQLite would take them for those of the copy.
  std::filesystem::remove(file_.string() + "-wal", ignored);
  std::filesystem::remove(file_.string() + "-shm", ignored);
  try {
    lock_.reset();
    lock_.emplace(file_);
    if (const auto moved = move_without_replacing(copy, file_); !moved) return moved;
    log_.emplace(file_);
  } catch (const std::runtime_error& error) {
    report_(error.what());
    return make_error_code(boost::system::errc::io_error);
  }
  return {};
}

void RecordFile::tidy() {
  if (log_) log_->tidy();
}

std::string RecordFile::describe(const boost::system::error_code& error) const {
  if (error == boost::system::errc::file_exists) {
    return file_.string() + ": another file stands in the place of the database; put it away, or restart";
  }
  return log_ ? log_->describe(error) : file_.string() + ": " + error.message();
}

}  // namespace flowgate::sqlite
