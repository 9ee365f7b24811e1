// The tables of names.cpp.
#include <cctype>
#include <utility>

#include "sip/message.h"
#include "tests/unit/sip/sample.h"

namespace flowgate::sip {
namespace {

TEST(Names, NamesAreFoundInAnyCaseAndInCompactForm) {
  for (int i = 1; i <= static_cast<int>(Header::last); ++i) {
    const auto header = static_cast<Header>(i);
    std::string name{header_name(header)};
    ASSERT_FALSE(name.empty()) << i;
    EXPECT_EQ(header_from(name), header) << name;
    for (char& c : name) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(header_from(name), header) << name;
    for (char& c : name) c = static_cast<char>(std::tolower(c));
    EXPECT_EQ(header_from(name), header) << name;
    EXPECT_EQ(header_from(name + "x"), Header::other) << name;
    if (header != Header::to) {  // "o" is Event
      EXPECT_EQ(header_from(name.substr(1)), Header::other) << name;
    }
    name.back() = '!';
    EXPECT_EQ(header_from(name), Header::other) << name;
  }
  const std::pair<const char*, Header> compact[] = {
      {"v", Header::via},
      {"f", Header::from},
      {"t", Header::to},
      {"i", Header::call_id},
      {"m", Header::contact},
      {"k", Header::supported},
      {"l", Header::content_length},
      {"c", Header::content_type},
      {"r", Header::refer_to},
      {"o", Header::event},
      {"y", Header::identity},
      {"L", Header::content_length},
      {"s", Header::other},
      {"e", Header::other},
      {"z", Header::other},
      {"", Header::other},
  };
  for (const auto& [name, header] : compact) EXPECT_EQ(header_from(name), header) << name;
  EXPECT_EQ(header_name(Header::other), "");
}

TEST(Names, MethodNamesAreCaseSensitive) {
  for (int i = 1; i <= static_cast<int>(Method::update); ++i) {
    const auto method = static_cast<Method>(i);
    EXPECT_EQ(method_from(method_name(method)), method) << i;
  }
  EXPECT_EQ(method_from("invite"), Method::other);
  EXPECT_EQ(method_from("NEWMETHOD"), Method::other);
  EXPECT_EQ(method_from(""), Method::other);
  EXPECT_EQ(method_name(Method::other), "");
}

}  // namespace
}  // namespace flowgate::sip
