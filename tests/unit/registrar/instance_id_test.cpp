#include "registrar/instance_id.h"

#include <gtest/gtest.h>

#include "site.h"

namespace flowgate::registrar {
namespace {

void expect_same(std::string_view a, std::string_view b) {
  EXPECT_TRUE(same_instance(a, b)) << a << " and " << b;
  EXPECT_TRUE(same_instance(b, a)) << a << " and " << b;
  EXPECT_EQ(canonical_instance(a), canonical_instance(b));
}

void expect_different(std::string_view a, std::string_view b) {
  EXPECT_FALSE(same_instance(a, b)) << a << " and " << b;
  EXPECT_FALSE(same_instance(b, a)) << a << " and " << b;
  EXPECT_NE(canonical_instance(a), canonical_instance(b));
}

// RFC 4122 §3: "case insensitive on input".
TEST(SameInstance, ComparesUuidsWithoutCase) {
  expect_same(uuid, uuid);
  expect_same("urn:uuid:0C67446E-F1A1-11D9-94D3-000A95A0E128",
              "URN:UUID:0c67446e-f1a1-11d9-94d3-000a95a0e128");
  expect_different(uuid, other_uuid);
  expect_different("urn:uuid:1", "urn:uuid:12");
}

// RFC 8141 §3.1, RFC 2141 §5: "urn" and the namespace without case, the rest with it.
TEST(SameInstance, ComparesOtherUrnsWithCaseBehindTheNamespace) {
  expect_same("urn:foo:Bar", "URN:Foo:Bar");
  expect_different("urn:foo:Bar", "urn:foo:bar");
  expect_different("urn:foo:bar", "urn:fob:bar");
  expect_different("urn:foo:b:ar", "urn:foo:B:ar");
}

// RFC 2141 §6: "URN:foo:a123,456", "urn:foo:a123,456" and "urn:FOO:a123,456" are equivalent, and so are
// "urn:foo:a123%2C456" and "URN:FOO:a123%2c456", but these two sets not with each other or with
// "urn:foo:A123,456".
TEST(SameInstance, AnswersTheExamplesOfRfc2141) {
  expect_same("URN:foo:a123,456", "urn:foo:a123,456");
  expect_same("urn:FOO:a123,456", "urn:foo:a123,456");
  expect_same("urn:foo:a123%2C456", "URN:FOO:a123%2c456");
  expect_different("urn:foo:a123,456", "urn:foo:a123%2C456");
  expect_different("urn:foo:A123,456", "urn:foo:a123,456");
}

// RFC 8141 §3.1: r-, q- and f-components do not count.
TEST(SameInstance, LeavesTheComponentsBehindTheNameAside) {
  expect_same("urn:example:a123,z456?+abc", "urn:example:a123,z456");
  expect_same("urn:example:a123,z456?=xyz", "urn:example:a123,z456?+abc?=xyz");
  expect_same("urn:example:a123,z456#789", "urn:example:a123,z456");
  expect_different("urn:example:a123,z456/foo", "urn:example:a123,z456");
  expect_same("urn:uuid:00000000-0000-0000-0000-00000000000A#x",
              "urn:uuid:00000000-0000-0000-0000-00000000000a");
}

TEST(SameInstance, ComparesWhatIsNoUrnOctetByOctet) {
  expect_same("mac-1", "mac-1");
  expect_different("mac-a", "mac-A");
  expect_different("", "urn:foo:1");
  expect_different("urn:foo", "urn:Foo");
  expect_different("urn::a", "URN::a");
  expect_different("urn:foo:", "urn:Foo:");
  expect_different("urn:foo:#x", "urn:Foo:#x");
}

}  // namespace
}  // namespace flowgate::registrar
