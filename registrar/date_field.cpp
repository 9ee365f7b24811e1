#include "registrar/date_field.h"

#include <fmt/core.h>

#include <array>

namespace flowgate::registrar {
namespace {

// SIP-date = rfc1123-date, in English and in GMT: "Sat, 13 Nov 2010 23:29:00 GMT".
std::string sip_date(std::chrono::system_clock::time_point time) {
  using namespace std::chrono;
  constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = floor<std::chrono::days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{floor<seconds>(time - day)};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days.at(weekday{day}.c_encoding()),
                     unsigned{date.day()}, months.at(unsigned{date.month()} - 1), int{date.year()},
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace

std::string_view DateField::line(Instant now) {
  if (!clock_) return {};
  if (line_.empty() || now - read_at_ >= std::chrono::seconds{1}) {
    read_at_ = now;
    line_ = "Date: " + sip_date(clock_()) + "\r\n";
  }
  return line_;
}

}  // namespace flowgate::registrar
