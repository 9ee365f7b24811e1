// What a start would refuse of a database, found out without one.
#pragma once

#include <filesystem>

#include "registrar/clock_reading.h"

namespace flowgate::registrar {

// Throws what SqliteStore would, but for another flowgate that is using the database. Makes and changes
// nothing: neither the database, of whatever version, nor what stands beside it.
void check_sqlite_database(const std::filesystem::path& file, const ClockReading& clocks);

}  // namespace flowgate::registrar
