// What is wrong with a configuration file, and where. Thrown only while the program starts.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace flowgate::conf {

// A place in a file, for people: lines and columns (in octets) count from 1. `file` is a view of the
// Document's name.
struct Place {
  std::string_view file;
  int line = 1;
  int column = 1;
};

// what() is one line: "FILE:LINE:COLUMN: what was expected", or "FILE: ..." when no place in the file is to
// blame.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& line);
  Error(const Place& place, std::string_view expected);
};

// Text of a file as it may stand in an error: in single quotes, shortened, control characters replaced.
std::string in_quotes(std::string_view text);

}  // namespace flowgate::conf
