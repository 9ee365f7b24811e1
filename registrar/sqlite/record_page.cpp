#include "registrar/sqlite/record_page.h"

#include <algorithm>
#include <array>

namespace flowgate::sqlite {
namespace {

constexpr std::size_t lengths = 8;

void put(char* place, std::uint64_t value, std::size_t octets) {
  for (; octets-- > 0; value >>= 8) place[octets] = static_cast<char>(value & 0xff);
}

std::uint64_t number_in(std::string_view octets) {
  std::uint64_t value = 0;
  for (const char octet : octets) value = value << 8 | static_cast<unsigned char>(octet);
  return value;
}

// Takes `count` octets from the front; fewer: there are no more.
std::string_view take(std::string_view& octets, std::size_t count) {
  const std::string_view taken = octets.substr(0, count);
  octets.remove_prefix(taken.size());
  return taken;
}

}  // namespace

void RecordPage::begin(std::int64_t number) {
  records_ = 0;
  end_ = PageHead::octets;
  octets_.assign(usual_octets, '\0');
  put(octets_.data(), static_cast<std::uint64_t>(number), 8);
}

bool RecordPage::has_room_for(std::string_view aor, std::string_view record) const {
  return records_ == 0 || end_ + lengths + aor.size() + record.size() <= usual_octets;
}

void RecordPage::append(std::string_view aor, std::string_view record) {
  const std::size_t end = end_ + lengths + aor.size() + record.size();
  if (end > octets_.size()) octets_.resize(end);
  char* place = octets_.data() + end_;
  put(place, aor.size(), 4);
  put(place + 4, record.size(), 4);
  place = std::ranges::copy(aor, place + lengths).out;
  std::ranges::copy(record, place);
  put(octets_.data() + 8, ++records_, 4);
  end_ = end;
}

std::optional<PageHead> PageHead::parse(std::string_view octets) {
  if (octets.size() < PageHead::octets) return std::nullopt;
  return PageHead{static_cast<std::int64_t>(number_in(take(octets, 8))), number_in(take(octets, 4))};
}

std::optional<ReadPage> ReadPage::parse(std::string_view octets) {
  const auto head = PageHead::parse(octets);
  if (!head) return std::nullopt;
  octets.remove_prefix(PageHead::octets);
  if (head->records > octets.size() / lengths) return std::nullopt;
  ReadPage page;
  page.entries.reserve(head->records);
  for (std::size_t i = 0; i < head->records; ++i) {
    const std::size_t aor = number_in(take(octets, 4)), record = number_in(take(octets, 4));
    if (octets.size() < aor + record) return std::nullopt;
    page.entries.push_back({take(octets, aor), take(octets, record)});
  }
  return page;
}

}  // namespace flowgate::sqlite
