#include "registrar/date_field.h"

#include <gtest/gtest.h>

namespace flowgate::registrar {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

TEST(DateField, IsInEnglishAndInGmt) {
  for (const auto& [time, line] :
       {std::pair{sys_days{2010y / 11 / 13} + 23h + 29min, "Date: Sat, 13 Nov 2010 23:29:00 GMT\r\n"},
        {sys_days{2024y / 2 / 29} + 1min, "Date: Thu, 29 Feb 2024 00:01:00 GMT\r\n"}}) {
    DateField date{[time = time] { return time + 5s + 999ms; }};
    EXPECT_EQ(date.line(Instant{}), std::string(line).replace(std::string(line).find(":00 GMT"), 3, ":05"));
  }
}

TEST(DateField, IsReadOnceASecond) {
  int read = 0;
  DateField date{[&read] { return std::chrono::system_clock::time_point{} + std::chrono::seconds{++read}; }};
  const std::string first{date.line(Instant{})};
  EXPECT_EQ(date.line(Instant{} + 999ms), first);
  EXPECT_EQ(read, 1);
  EXPECT_EQ(date.line(Instant{} + 1s), "Date: Thu, 01 Jan 1970 00:00:02 GMT\r\n");
  EXPECT_EQ(read, 2);
}

TEST(DateField, NeedsAClock) {
  EXPECT_EQ(DateField{nullptr}.line(Instant{}), "");
}

}  // namespace
}  // namespace flowgate::registrar
