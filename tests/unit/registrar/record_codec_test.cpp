#include "registrar/record_codec.h"

#include "site.h"

namespace flowgate::registrar {
namespace {

using std::chrono::system_clock;

const ClockReading clocks{Instant{1000h}, system_clock::time_point{std::chrono::hours{480'000}}};

Binding full_binding() {
  Binding binding;
  binding.contact = "\"Alice\" <sip:alice@192.0.2.1:5061;transport=tcp>;+sip.instance=\"<urn:uuid:1>\"";
  binding.uri = "sip:alice@192.0.2.1:5061;transport=tcp";
  binding.instance = "urn:uuid:1";
  binding.reg_id = 0xffffffff;
  binding.dialect = Dialect::draft;
  binding.outbound = true;
  binding.call_id = std::string("nul\0within", 10);
  binding.cseq = 0x80000000;
  binding.q_milli = 345;
  binding.path = "<sip:token@edge.example.com;lr;ob>, <sip:core.example.com;lr>";
  binding.flow = flow_from(Protocol::wss, "2001:db8::7", 65535);
  binding.flow.serial = 0xfedcba9876543210;
  binding.by_flow = true;
  binding.node = "edge-1";
  binding.route = "<sip:node@192.0.2.9:5060;lr>";
  binding.epoch = 0x0123456789abcdef;
  binding.first_cseq = 7;
  binding.registered = clocks.steady - 3600s;
  binding.updated = clocks.steady - 7us;
  binding.expires = clocks.steady + 7200s;
  return binding;
}

void expect_same(const Binding& a, const Binding& b) {
  const auto all = [](const Binding& of) {
    return std::tie(of.contact, of.uri, of.instance, of.reg_id, of.dialect, of.outbound, of.call_id, of.cseq,
                    of.q_milli, of.path, of.flow, of.by_flow, of.node, of.route, of.epoch, of.first_cseq,
                    of.registered, of.updated, of.expires);
  };
  EXPECT_TRUE(all(a) == all(b));
}

std::string encoded(const Record& record) {
  std::string octets;
  encode_record(record, clocks, octets);
  return octets;
}

TEST(RecordCodec, GivesBackEveryFieldOfEveryBinding) {
  Record record;
  record.bindings.push_back(full_binding());
  record.bindings.emplace_back();
  const auto decoded = decode_record(encoded(record), clocks);
  ASSERT_TRUE(decoded);
  ASSERT_EQ(decoded->bindings.size(), 2);
  expect_same(decoded->bindings[0], record.bindings[0]);
  EXPECT_EQ(decoded->bindings[1].flow, Flow{});
  EXPECT_EQ(decoded->bindings[1].q_milli, 1000);
}

TEST(RecordCodec, AnEmptyRecordIsOne) {
  const auto decoded = decode_record(encoded({}), clocks);
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(decoded->bindings.empty());
}

// What is 600 seconds ahead now is 590 seconds ahead ten seconds later, whatever the steady clock counts
// from.
TEST(RecordCodec, ATimeMeansTheSameInALaterProcess) {
  Record record;
  record.bindings.emplace_back().expires = clocks.steady + 600s;
  const ClockReading later{Instant{5min}, clocks.wall + 10s};
  const auto decoded = decode_record(encoded(record), later);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->bindings[0].expires, later.steady + 590s);
}

TEST(RecordCodec, TimesWithoutMeasureStayFarAway) {
  Record record;
  record.bindings.emplace_back().expires = Instant::max();
  record.bindings.emplace_back().expires = Instant::min();
  const auto decoded = decode_record(encoded(record), clocks);
  ASSERT_TRUE(decoded);
  EXPECT_GT(decoded->bindings[0].expires, clocks.steady + std::chrono::hours{24 * 365});
  EXPECT_LT(decoded->bindings[1].expires, clocks.steady - std::chrono::hours{24 * 365});
}

TEST(RecordCodec, RefusesEveryPartOfARecordAndWhatIsLonger) {
  Record record;
  record.bindings.push_back(full_binding());
  record.bindings.push_back(full_binding());
  const std::string whole = encoded(record);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode_record(whole.substr(0, size), clocks)) << size;
  }
  EXPECT_EQ(decode_record(whole + '\0', clocks).error(), RecordError::malformed);
}

TEST(RecordCodec, WritesWhatTheContactHoldsOnlyOnce) {
  Record record;
  record.bindings.push_back(full_binding());
  const std::string octets = encoded(record);
  EXPECT_EQ(octets.find(record.bindings[0].uri), octets.rfind(record.bindings[0].uri));
  EXPECT_EQ(octets.find(record.bindings[0].instance), octets.rfind(record.bindings[0].instance));
}

TEST(RecordCodec, WritesWhatTheContactDoesNotHold) {
  Record record;
  record.bindings.push_back(full_binding());
  record.bindings[0].uri = "sip:somebody-else@192.0.2.1";
  record.bindings[0].instance.clear();
  const auto decoded = decode_record(encoded(record), clocks);
  ASSERT_TRUE(decoded);
  expect_same(decoded->bindings[0], record.bindings[0]);
}

// One binding of version 1: "c", its URI "u" and its instance "i", and nothing else but zeros.
TEST(RecordCodec, ReadsTheFirstVersion) {
  const std::string numbers(4 + 8 + 3 * 8 + 2 * (4 + 2) + 1, '\0');
  const std::string octets = "\x01\x01" + std::string(2, '\0') +
                             "\x01"
                             "c"
                             "\x01"
                             "u"
                             "\x01"
                             "i" +
                             std::string(4, '\0') + numbers;
  const auto decoded = decode_record(octets, clocks);
  ASSERT_TRUE(decoded);
  ASSERT_EQ(decoded->bindings.size(), 1);
  EXPECT_EQ(decoded->bindings[0].contact, "c");
  EXPECT_EQ(decoded->bindings[0].uri, "u");
  EXPECT_EQ(decoded->bindings[0].instance, "i");
}

TEST(RecordCodec, RefusesAPlaceOutsideOfTheContact) {
  Record record;
  Binding& binding = record.bindings.emplace_back();
  binding.contact = binding.uri = "sip:a@b";
  std::string octets = encoded(record);
  const std::size_t place = octets.find("sip:a@b") + 7;
  ASSERT_EQ(octets.substr(place, 2), "\x01\x07");
  octets[place] = 2;
  EXPECT_EQ(decode_record(octets, clocks).error(), RecordError::malformed);
  octets[place] = 8;
  EXPECT_EQ(decode_record(octets, clocks).error(), RecordError::malformed);
  octets[place] = 2;
  octets[place + 1] = 6;
  EXPECT_EQ(decode_record(octets, clocks)->bindings[0].uri, "ip:a@b");
}

TEST(RecordCodec, RefusesALaterVersion) {
  std::string octets = encoded({});
  octets[0] = 3;
  EXPECT_EQ(decode_record(octets, clocks).error(), RecordError::unknown_version);
}

// The number of bindings and the lengths are the writer's word; room is made for what is there.
TEST(RecordCodec, MakesNoRoomForWhatIsOnlyClaimed) {
  EXPECT_EQ(decode_record("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", clocks).error(),
            RecordError::malformed);
  EXPECT_EQ(decode_record("\x01\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", clocks).error(),
            RecordError::malformed);
  std::string octets = encoded({});
  octets[1] = 1;
  octets += std::string(2, '\0') + "\xff\xff\xff\xff\x0f" + std::string(60, '\0');
  EXPECT_EQ(decode_record(octets, clocks).error(), RecordError::malformed);
}

TEST(RecordCodec, TakesWhateverOctetsThereAre) {
  Record record;
  record.bindings.push_back(full_binding());
  const std::string whole = encoded(record);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (const int octet : {0x00, 0x7f, 0x80, 0xff}) {
      std::string damaged = whole;
      damaged[i] = static_cast<char>(octet);
      const auto decoded = decode_record(damaged, clocks);
      if (!decoded) continue;
      EXPECT_LE(encoded(*decoded).size(), damaged.size()) << i;
    }
  }
}

}  // namespace
}  // namespace flowgate::registrar
