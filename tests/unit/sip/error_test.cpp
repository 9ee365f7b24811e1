#include "sip/error.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace flowgate::sip {
namespace {

TEST(Error, EachHasItsOwnWords) {
  std::set<std::string> words;
  for (int value = 1; value <= static_cast<int>(Error::bad_credentials); ++value) {
    const boost::system::error_code code = static_cast<Error>(value);
    EXPECT_STREQ(code.category().name(), "sip");
    EXPECT_TRUE(code.failed());
    words.insert(code.message());
  }
  EXPECT_EQ(words.size(), static_cast<std::size_t>(Error::bad_credentials));
  EXPECT_FALSE(words.contains("unknown error"));
  EXPECT_EQ(error_category().message(static_cast<int>(Error::bad_credentials) + 1), "unknown error");
}

}  // namespace
}  // namespace flowgate::sip
