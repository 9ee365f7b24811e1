#include "registrar/sqlite/record_page.h"

#include <gtest/gtest.h>

#include <string>

namespace flowgate::sqlite {
namespace {

RecordPage page_of(std::int64_t number, std::initializer_list<std::pair<std::string, std::string>> records) {
  RecordPage page;
  page.begin(number);
  for (const auto& [aor, record] : records) page.append(aor, record);
  return page;
}

TEST(RecordPage, HoldsRecordsInTheirOrder) {
  const RecordPage page = page_of(0x123456789a, {{"alice", std::string("\0\x01", 2)}, {"bob", ""}});
  EXPECT_EQ(page.octets().size(), RecordPage::usual_octets);
  const auto read = ReadPage::parse(page.octets());
  ASSERT_TRUE(read);
  ASSERT_EQ(read->entries.size(), 2);
  EXPECT_EQ(read->entries[0].aor, "alice");
  EXPECT_EQ(read->entries[0].record, std::string_view("\0\x01", 2));
  EXPECT_EQ(read->entries[1].aor, "bob");
  EXPECT_EQ(read->entries[1].record, "");
  EXPECT_EQ(PageHead::parse(page.octets())->number, 0x123456789a);
  EXPECT_EQ(PageHead::parse(page.octets())->records, 2);
}

TEST(RecordPage, IsFullWhenTheNextRecordWouldMakeItLonger) {
  const std::string half((RecordPage::usual_octets - PageHead::octets) / 2 - 8 - 1, 'x');
  const RecordPage page = page_of(1, {{"a", half}});
  EXPECT_TRUE(page.has_room_for("b", half));
  EXPECT_FALSE(page.has_room_for("b", half + "y"));
  EXPECT_EQ(page_of(1, {{"a", half}, {"b", half}}).octets().size(), RecordPage::usual_octets);
}

TEST(RecordPage, ARecordThatIsTooLongHasAPageOfItsOwn) {
  const std::string longer(3 * RecordPage::usual_octets, 'x');
  RecordPage page = page_of(1, {});
  EXPECT_TRUE(page.has_room_for("alice", longer));
  page.append("alice", longer);
  EXPECT_FALSE(page.has_room_for("bob", ""));
  EXPECT_EQ(ReadPage::parse(page.octets())->entries.at(0).record, longer);
  page.begin(2);
  EXPECT_EQ(page.octets().size(), RecordPage::usual_octets);
  EXPECT_TRUE(ReadPage::parse(page.octets())->entries.empty());
}

TEST(RecordPage, OfADamagedPageNothingIsRead) {
  const std::string octets{
      page_of(1, {{"alice", "record"}}).octets().substr(0, PageHead::octets + 8 + 5 + 6)};
  ASSERT_TRUE(ReadPage::parse(octets));
  for (std::size_t size = 0; size < octets.size(); ++size)
    EXPECT_FALSE(ReadPage::parse(octets.substr(0, size)));
  for (const std::size_t place : {8, 12, 16}) {
    std::string damaged = octets;
    damaged[place] = '\xff';
    EXPECT_FALSE(ReadPage::parse(damaged)) << place;
  }
}

}  // namespace
}  // namespace flowgate::sqlite
