#include "conf/section.h"

#include <gtest/gtest.h>

#include "tests/unit/conf/temporary_folder.h"

namespace flowgate::conf {
namespace {

struct SectionTest : testing::Test {
  // What `read` throws when it is given the whole document as a value named "s".
  template <typename Read>
  std::string refusal(const std::string& text, Read read) const {
    const Document document(folder.write("f", text));
    try {
      read(Value(document.root(), "s"));
      return {};
    } catch (const Error& error) {
      return std::string(error.what()).substr(folder.text().size() + 1);
    }
  }
  TemporaryFolder folder;
};

TEST_F(SectionTest, AnUnknownKeyIsRefusedAndTheNearestOneSuggested) {
  const auto read = [](const Value& value) { Section(value, {"listen", "limits", "realm"}); };
  EXPECT_EQ(refusal("realm: x\nlisen: y\n", read), "f:2:1: s: unknown key 'lisen'; did you mean 'listen'?");
  EXPECT_EQ(refusal("limit: y\n", read), "f:1:1: s: unknown key 'limit'; did you mean 'limits'?");
  EXPECT_EQ(refusal("database: y\n", read), "f:1:1: s: unknown key 'database'");
  EXPECT_EQ(refusal(std::string(200, 'a') + ": y\n", read),
            "f:1:1: s: unknown key '" + std::string(60, 'a') + "...'");
  EXPECT_EQ(refusal("\"two\\nlines\": y\n", read), "f:1:1: s: unknown key 'two?lines'");
}

TEST_F(SectionTest, ASectionIsAMapping) {
  const auto read = [](const Value& value) { Section(value, {"a"}); };
  EXPECT_EQ(refusal("[a]", read), "f:1:1: s: expected a mapping of keys to values, found a list");
  EXPECT_EQ(refusal("text", read), "f:1:1: s: expected a mapping of keys to values, found 'text'");
  EXPECT_EQ(refusal("", read), "");
}

TEST_F(SectionTest, AValueBearsItsFullName) {
  const auto read = [](const Value& value) {
    Section(value, {"a"}).section("a", {"b"}).find("b")->refuse("is not liked");
  };
  EXPECT_EQ(refusal("a: {b: 1}", read), "f:1:8: s.a.b: is not liked");
}

TEST_F(SectionTest, ANumberIsWhollyDigitsAndInItsRange) {
  const auto read = [](const Value& value) { Section(value, {"n"}).number("n", 7, 5, 60); };
  EXPECT_EQ(refusal("n: 5", read), "");
  EXPECT_EQ(refusal("n: 60", read), "");
  EXPECT_EQ(refusal("n: 4", read), "f:1:4: s.n: expected a whole number from 5 to 60, found '4'");
  EXPECT_EQ(refusal("n: 61", read), "f:1:4: s.n: expected a whole number from 5 to 60, found '61'");
  for (const std::string bad : {"-6", "+6", "6.0", "6s", "0x10", "1e1", "99999999999999999999", "six"}) {
    EXPECT_EQ(refusal("n: " + bad, read),
              "f:1:4: s.n: expected a whole number from 5 to 60, found '" + bad + "'");
  }
  EXPECT_EQ(refusal("n: '6'", read), "f:1:4: s.n: expected a whole number from 5 to 60, found '6'");
  EXPECT_EQ(refusal("n:", read), "f:1:1: s.n: expected a whole number from 5 to 60, found nothing");
  EXPECT_EQ(refusal("n: [6]", read), "f:1:4: s.n: expected a whole number from 5 to 60, found a list");
}

TEST_F(SectionTest, ANumberThatIsNotGivenIsTheOther) {
  const Document document(folder.write("f", "{}"));
  EXPECT_EQ(Section(Value(document.root(), "s"), {"n"}).number("n", 7, 5, 60), 7U);
}

TEST_F(SectionTest, ATextIsOneLineWithoutBlanksAroundIt) {
  const auto read = [](const Value& value) { (void)value.text("a name"); };
  EXPECT_EQ(refusal("x y", read), "");
  EXPECT_EQ(refusal("17", read), "");
  EXPECT_EQ(refusal("''", read), "f:1:1: s: expected a name, found ''");
  EXPECT_EQ(refusal("~", read), "f:1:1: s: expected a name, found nothing");
  EXPECT_EQ(refusal("{x: y}", read), "f:1:1: s: expected a name, found a mapping");
  EXPECT_EQ(refusal("\"x\\ny\"", read), "f:1:1: s: expected a name on one line, found 'x?y'");
  EXPECT_EQ(refusal("' x'", read), "f:1:1: s: expected a name without blanks around it, found ' x'");
  EXPECT_EQ(refusal("\"never closed\n", read),
            "f:1:1: s: expected a name without blanks around it, found 'never closed '");
}

TEST_F(SectionTest, AListIsNotEmpty) {
  const auto read = [](const Value& value) { (void)value.list("a list of names"); };
  EXPECT_EQ(refusal("[x]", read), "");
  EXPECT_EQ(refusal("[]", read), "f:1:1: s: expected a list of names, found an empty list");
  EXPECT_EQ(refusal("x", read), "f:1:1: s: expected a list of names, found 'x'");
}

TEST_F(SectionTest, ARelativePathIsRelativeToTheFolder) {
  const Document document(folder.write("f", "[a.pem, ../a.pem, /a.pem]"));
  const auto items = Value(document.root(), "s").list("a list");
  EXPECT_EQ(items[0].path("/etc/flowgate"), "/etc/flowgate/a.pem");
  EXPECT_EQ(items[1].path("/etc/flowgate"), "/etc/a.pem");
  EXPECT_EQ(items[2].path("/etc/flowgate"), "/a.pem");
}

}  // namespace
}  // namespace flowgate::conf
