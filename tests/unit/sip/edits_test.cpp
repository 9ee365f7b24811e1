#include "sip/edits.h"

#include <vector>

#include "tests/unit/sip/sample.h"

namespace flowgate::sip {
namespace {

using namespace std::string_literals;

std::string written(const Edits& edits, const Message& message) {
  std::string out;
  edits.write(message, out);
  return out;
}

// The request's field lines after taking away the values of Route with these numbers.
std::string without_routes(std::string_view fields, const std::vector<std::size_t>& taken) {
  const Sample sample = request_with(fields);
  Edits edits;
  Values routes{sample.get(), Header::route};
  std::size_t number = 0;
  while (const auto route = routes.next()) {
    if (std::find(taken.begin(), taken.end(), number++) != taken.end())
      edits.remove_value(sample.get(), *route);
  }
  std::string out = written(edits, sample.get());
  EXPECT_EQ(out.substr(0, sample->fields_begin()), sample->at({0, sample->fields_begin()}));
  EXPECT_TRUE(out.ends_with("\r\n\r\n"));
  return out.substr(sample->fields_begin(), out.size() - sample->fields_begin() - 2);
}

TEST(Edits, WithoutAnyTheMessageIsWrittenAsItCame) {
  const Sample sample{wsinv};
  const Edits edits;
  EXPECT_TRUE(edits.empty());
  EXPECT_EQ(written(edits, sample.get()), sample->text());
}

TEST(Edits, WriteAppends) {
  const Sample sample{register_text};
  std::string out = "before";
  Edits{}.write(sample.get(), out);
  EXPECT_EQ(out, "before" + register_text);
}

// RFC 3261 §7: each line ends in CRLF, whatever it came with; the body is nobody's to change.
TEST(Edits, LinesThatEndInALoneLfGetTheirCr) {
  const std::string whole = "OPTIONS sip:a SIP/2.0\r\nA: 1\r\nB: 2\r\n\r\na\nb";
  for (const std::string_view text :
       {"OPTIONS sip:a SIP/2.0\nA: 1\nB: 2\n\na\nb", "OPTIONS sip:a SIP/2.0\r\nA: 1\nB: 2\r\n\r\na\nb",
        "OPTIONS sip:a SIP/2.0\nA: 1\r\nB: 2\r\n\r\na\nb",
        "OPTIONS sip:a SIP/2.0\r\nA: 1\r\nB: 2\r\n\na\nb"}) {
    const Sample sample{std::string(text)};
    EXPECT_EQ(written(Edits{}, sample.get()), whole);
    Edits edits;
    edits.insert_field(sample->fields_end(), "Z", {"9"});
    std::string out = "before\n";
    edits.write(sample.get(), out);
    EXPECT_EQ(out, "before\nOPTIONS sip:a SIP/2.0\r\nA: 1\r\nB: 2\r\nZ: 9\r\n\r\na\nb");
  }
}

TEST(Edits, InsertedFieldsStandWhereAsked) {
  const Sample sample{crlf("OPTIONS sip:a SIP/2.0\nA: 1\nB: 2\n\nbody")};
  Edits edits;
  edits.insert_field(sample->fields_end(), "Z", {"9"});
  edits.insert_field(sample->fields()[1].line.begin, "M", {"5", "", ",6"});
  edits.insert_field(sample->fields_begin(), "Via", {"SIP/2.0/", "UDP", " a"});
  EXPECT_EQ(written(edits, sample.get()),
            crlf("OPTIONS sip:a SIP/2.0\nVia: SIP/2.0/UDP a\nA: 1\nM: 5,6\nB: 2\nZ: 9\n\nbody"));
}

TEST(Edits, InsertionsAtOneOffsetComeOutInTheOrderTheyWereMade) {
  const Sample sample{crlf("OPTIONS sip:a SIP/2.0\nA: 1\n\n")};
  Edits edits;
  edits.remove_field(sample->fields()[0]);
  edits.insert_field(sample->fields_begin(), "X", {"1"});
  edits.insert_field(sample->fields_begin(), "Y", {"2"});
  edits.insert_field(sample->fields_begin(), "Z", {"3"});
  EXPECT_EQ(written(edits, sample.get()), crlf("OPTIONS sip:a SIP/2.0\nX: 1\nY: 2\nZ: 3\n\n"));
}

TEST(Edits, ReplacesInTheStartLineAndInValues) {
  const Sample sample{crlf("INVITE sip:a SIP/2.0\nMax-Forwards: 70\nVia: SIP/2.0/UDP h;rport\n\n")};
  Edits edits;
  const Range via = sample->find(Header::via)->value;
  edits.replace({via.end(), 0}, {"=5060", ";received=", "192.0.2.1"});
  edits.replace(sample->find(Header::max_forwards)->value, {"69"});
  edits.replace(sample->request_uri_range(), {"sip:bob@192.0.2.9", ";ob"});
  EXPECT_EQ(written(edits, sample.get()), crlf("INVITE sip:bob@192.0.2.9;ob SIP/2.0\nMax-Forwards: 69\nVia: "
                                               "SIP/2.0/UDP h;rport=5060;received=192.0.2.1\n\n"));
}

TEST(Edits, AnEmptyValueMayBeReplaced) {
  const auto sample = request_with("Supported:\nVia: a\n");
  Edits edits;
  edits.replace(sample->fields()[0].value, {" path"});
  EXPECT_EQ(written(edits, sample.get()),
            crlf("OPTIONS sip:bob@example.com SIP/2.0\nSupported: path\nVia: a\n\n"));
}

TEST(Edits, ARemovedFieldLeavesNothing) {
  const auto sample = request_with("A: 1\nB: 2\n 3\nC: 4\n");
  Edits edits;
  edits.remove_field(sample->fields()[1]);
  EXPECT_EQ(written(edits, sample.get()), crlf("OPTIONS sip:bob@example.com SIP/2.0\nA: 1\nC: 4\n\n"));
}

TEST(Edits, AValueGoesWithItsComma) {
  EXPECT_EQ(without_routes("Route: <sip:a>, <sip:b>,<sip:c>\n", {0}), "Route: <sip:b>,<sip:c>\r\n");
  EXPECT_EQ(without_routes("Route: <sip:a>, <sip:b> ,\t<sip:c>\n", {1}), "Route: <sip:a>, <sip:c>\r\n");
  EXPECT_EQ(without_routes("Route: <sip:a>, <sip:b> , <sip:c>\n", {2}), "Route: <sip:a>, <sip:b>\r\n");
  EXPECT_EQ(without_routes("Route:<sip:a>,<sip:b>\n", {1}), "Route:<sip:a>\r\n");
}

TEST(Edits, TheOnlyValueGoesWithItsLine) {
  EXPECT_EQ(without_routes("Via: x\nRoute: <sip:a>\nRoute: <sip:b>\n", {0}), "Via: x\r\nRoute: <sip:b>\r\n");
  EXPECT_EQ(without_routes("Via: x\nRoute: , <sip:a> ,,\nTo: y\n", {0}), "Via: x\r\nTo: y\r\n");
}

TEST(Edits, SeveralValuesOfOneLineMayGoFromTheFront) {
  constexpr auto fields = "Route: <sip:a>, <sip:b>, <sip:c>\nVia: x\n";
  EXPECT_EQ(without_routes(fields, {0, 1}), "Route: <sip:c>\r\nVia: x\r\n");
  EXPECT_EQ(without_routes(fields, {1, 2}), "Route: <sip:a>\r\nVia: x\r\n");
  EXPECT_EQ(without_routes(fields, {0, 2}), "Route: <sip:b>\r\nVia: x\r\n");
  EXPECT_EQ(without_routes(fields, {0, 1, 2}), "Via: x\r\n");
}

TEST(Edits, OtherEditsMayComeBetweenTwoRemovedValues) {
  const auto sample = request_with("Max-Forwards: 70\nRoute: <sip:a>, <sip:b>\nVia: x\n");
  Values routes{sample.get(), Header::route};
  Edits edits;
  edits.remove_value(sample.get(), *routes.next());
  edits.insert_field(sample->find(Header::via)->line.begin, "Via", {"y"});
  edits.insert_field(sample->find(Header::route)->line.begin, "Path", {"z"});
  edits.replace(sample->find(Header::max_forwards)->value, {"69"});
  edits.remove_value(sample.get(), *routes.next());
  EXPECT_EQ(written(edits, sample.get()),
            crlf("OPTIONS sip:bob@example.com SIP/2.0\nMax-Forwards: 69\nPath: z\nVia: y\nVia: x\n\n"));
}

TEST(Edits, WhateverValuesGoTheOthersStay) {
  std::mt19937 random{5626};
  const char* gaps[] = {",", ", ", " ,", ",\n ", ", ,", "\t,\t"};
  const char* ends[] = {"", " ", ",", ", "};
  for (int round = 0; round < 5000; ++round) {
    std::string fields;
    std::string kept;
    std::vector<std::size_t> taken;
    std::size_t number = 0;
    for (unsigned line = random() % 3 + 1; line > 0; --line) {
      fields += "Route:"s + ends[random() % 4];
      for (unsigned left = random() % 4 + 1; left > 0; --left, ++number) {
        const std::string value = "<sip:h" + std::to_string(number) + ",x;lr>;p=\"1,\\\"2\"";
        fields += value + (left > 1 ? gaps[random() % 6] : ends[random() % 4]);
        if (random() % 2) {
          taken.push_back(number);
        } else {
          kept += value + "|";
        }
      }
      fields += "\n";
    }
    const std::string out = without_routes("Via: v\n" + fields + "To: t\n", taken);
    const Sample again{"OPTIONS sip:a SIP/2.0\r\n" + out + "\r\n"};
    std::string found;
    Values routes{again.get(), Header::route};
    while (const auto route = routes.next()) found += std::string{route->text} + "|";
    ASSERT_EQ(found, kept) << fields;
    EXPECT_FALSE(again->defect()) << out;
    EXPECT_TRUE(out.starts_with("Via: v\r\n") && out.ends_with("To: t\r\n")) << out;
  }
}

TEST(Edits, ClearForgetsAll) {
  const Sample sample{register_text};
  Edits edits;
  edits.insert_field(sample->fields_begin(), "A", {"b"});
  EXPECT_FALSE(edits.empty());
  edits.clear();
  EXPECT_TRUE(edits.empty());
  EXPECT_EQ(written(edits, sample.get()), register_text);
}

TEST(Edits, NothingInsertedCanEndALine) {
  const auto sample = request_with("Via: x\n");
  const std::string evil = "a\r\nEvil: 1\r\n\r\nb\nc\rd\0e"s;
  Edits edits;
  edits.insert_field(sample->fields_begin(), "X\r\nEvil", {evil, evil});
  edits.replace(sample->request_uri_range(), {evil});
  edits.replace({sample->find(Header::via)->value.end(), 0}, {"\r", "\n", evil});
  const std::string out = written(edits, sample.get());
  const std::string clean = "a  Evil: 1    b c d e";
  EXPECT_EQ(out,
            crlf("OPTIONS " + clean + " SIP/2.0\nX  Evil: " + clean + clean + "\nVia: x  " + clean + "\n\n"));
}

TEST(Edits, AppendCleanLeavesWhatWasThereBefore) {
  std::string out = "a\r\n";
  append_clean(out, "b\r\n\0c\td"s);
  EXPECT_EQ(out, "a\r\nb   c\td");
}

}  // namespace
}  // namespace flowgate::sip
