#include "proxy/notifier_contact.h"

#include <gtest/gtest.h>

#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

std::optional<NotifierContact> parsed(const std::string& text) {
  const auto uri = sip::Uri::parse(text);
  return uri ? NotifierContact::parse(*uri) : std::nullopt;
}

TEST(NotifierContact, LeadsToItsShardAndSubscription) {
  const LocalAddresses local = edge_addresses();
  const NotifierContact contact{0xa3, 0x0123456789abcdef};
  const std::string uri = contact.uri(local, ua_flow, false);
  EXPECT_EQ(uri, "sip:reg-a3-0123456789abcdef@192.0.2.1:5060;gr");
  const auto back = parsed(uri);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->shard, 0xa3);
  EXPECT_EQ(back->id, 0x0123456789abcdefU);
}

TEST(NotifierContact, NamesTheTransportOfItsFlow) {
  const LocalAddresses local = edge_addresses();
  const NotifierContact contact{0, 1};
  const Flow tcp = stream_flow(Protocol::tcp, 5060, "198.51.100.7", 40000);
  const Flow tls = stream_flow(Protocol::tls, 5061, "198.51.100.7", 40000);
  EXPECT_EQ(contact.uri(local, tcp, false), "sip:reg-00-0000000000000001@192.0.2.1:5060;transport=tcp;gr");
  EXPECT_EQ(contact.uri(local, tcp, true), "sip:reg-00-0000000000000001@192.0.2.1:5060;transport=tcp;gr");
  EXPECT_EQ(contact.uri(local, tls, false), "sip:reg-00-0000000000000001@192.0.2.1:5061;transport=tls;gr");
  EXPECT_EQ(contact.uri(local, tls, true), "sips:reg-00-0000000000000001@192.0.2.1:5061;gr");
}

TEST(NotifierContact, IsNoOtherUri) {
  for (const char* text :
       {"sip:reg-a3-0123456789abcdef@192.0.2.1:5060", "sip:reg-a3-0123456789abcde@192.0.2.1;gr",
        "sip:reg-a3-0123456789abcdef0@192.0.2.1;gr", "sip:reg-a30-123456789abcdef@192.0.2.1;gr",
        "sip:reg-a3-0123456789abcdeg@192.0.2.1;gr", "sip:reg-+3-0123456789abcdef@192.0.2.1;gr",
        "sip:reg_a3-0123456789abcdef@192.0.2.1;gr", "sip:192.0.2.1;gr", "tel:+1;gr"}) {
    EXPECT_FALSE(parsed(text)) << text;
  }
}

}  // namespace
}  // namespace flowgate::proxy
