// What is in a flowgate database, and of which version.
//
//   pages    slot    where the page is; pages are written anew
//            data    record_page.h: AORs, as Domains::aor() makes them, each with its record; the newest one
//            of
//                    an AOR is what counts
//                    (record_codec.h; of an AOR that has lost its last binding: a record without bindings)
//   users    name, aors (separated by spaces), ha1_md5, ha1_sha256, ha1_sha512_256
//   changes  users   how often a user has been changed; counted by triggers, whoever does it
#pragma once

#include <filesystem>

#include "registrar/sqlite/database.h"

namespace flowgate::sqlite {

inline constexpr int schema_version = 2;

// Opens the database, makes it when there is none, and brings an older one to this version. Throws
// std::runtime_error with one line that names the file when it cannot, when the file is something else or
// damaged, or when a later flowgate made it: then it is left as it is.
Database open_database(const std::filesystem::path& file);

// The version of a database that stands open. Throws as open_database() does, when it is of a later flowgate
// or of somebody else.
std::int64_t version_of(Database& database);

// Throws when a file is there that is no flowgate database, by its first octets, or no folder to make one in.
// Makes and changes nothing.
void check_database(const std::filesystem::path& file);

}  // namespace flowgate::sqlite
