#include "sip/host.h"

#include <gtest/gtest.h>

namespace flowgate::sip {
namespace {

TEST(Host, is_taken_up_to_the_first_character_that_is_none_of_its_own) {
  Cursor name{"atlanta.com;lr"};
  const auto host = take_host(name);
  ASSERT_TRUE(host);
  EXPECT_EQ(host->text, "atlanta.com");
  EXPECT_FALSE(host->v6);
  EXPECT_EQ(name.rest(), ";lr");
  Cursor reference{"[2001:db8::1]:5060"};
  const auto v6 = take_host(reference);
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->text, "2001:db8::1");
  EXPECT_TRUE(v6->v6);
  EXPECT_EQ(reference.rest(), ":5060");
}

TEST(Host, port_is_taken_up_to_the_first_character_that_is_no_digit) {
  Cursor cursor{"5060 x"};
  const auto port = take_port(cursor);
  ASSERT_TRUE(port);
  EXPECT_EQ(*port, 5060);
  EXPECT_EQ(cursor.rest(), " x");
}

// RFC 3261 §25.1: hostname = *( domainlabel "." ) toplabel [ "." ]
TEST(Host, a_name_is_labels_with_a_dot_between_them_and_at_most_one_behind) {
  for (std::string_view text : {"a", "a.", "a-b.c_d.", "1-2", "4f2a9c", "a.b.c.d.e"}) {
    Cursor cursor{text};
    const auto host = take_host(cursor);
    ASSERT_TRUE(host) << text;
    EXPECT_EQ(host->text, text);
  }
  for (std::string_view text :
       {"", ".", "..", ".a", "a..", "a..b", "-a", "a-", "a.-b", "a-.b", "a-.", "a.-"}) {
    Cursor cursor{text};
    EXPECT_FALSE(take_host(cursor)) << text;
  }
}

// RFC 3261 §25.1: 1*3DIGIT four times
TEST(Host, a_last_label_of_digits_only_makes_it_an_ipv4_address_or_nothing) {
  for (std::string_view text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "1.2.3.4.example", "1.2.3.4a"}) {
    Cursor cursor{text};
    EXPECT_TRUE(take_host(cursor)) << text;
  }
  for (std::string_view text :
       {"192.0.2", "192.0.2.1.5", "192.0.2.256", "192.0.2.1000", "192.0.02.1", "192.0.2.1.", "a.1", "7"}) {
    Cursor cursor{text};
    EXPECT_FALSE(take_host(cursor)) << text;
  }
}

TEST(Host, names_are_compared_without_case_and_ipv6_addresses_by_value) {
  EXPECT_TRUE(same_host({"Atlanta.COM", false}, {"atlanta.com", false}));
  EXPECT_FALSE(same_host({"atlanta.com", false}, {"atlanta.co", false}));
  EXPECT_TRUE(same_host({"2001:DB8::1", true}, {"2001:db8:0::0:1", true}));
  EXPECT_FALSE(same_host({"2001:db8::1", true}, {"2001:db8::2", true}));
  EXPECT_FALSE(same_host({"::1", true}, {"::1", false}));
}

// RFC 5118 §4.10
TEST(Host, an_ipv6_address_may_have_a_colon_too_many_in_front_of_its_ipv4_address) {
  Cursor cursor{"[2001:db8:::192.0.2.1]"};
  const auto host = take_host(cursor);
  ASSERT_TRUE(host);
  EXPECT_TRUE(same_host(*host, {"2001:db8::192.0.2.1", true}));
  EXPECT_TRUE(cursor.done());
  for (std::string_view text : {"[2001:db8:::1]", "[2001:db8::::192.0.2.1]", "[2001:::db8::192.0.2.1]",
                                "[:::]", "[1:2:3:4:5:6:::192.0.2.1]", "[.:::]", "[192.0.2.1:::]", "[]"}) {
    Cursor wrong{text};
    EXPECT_FALSE(take_host(wrong)) << text;
  }
}

}  // namespace
}  // namespace flowgate::sip
