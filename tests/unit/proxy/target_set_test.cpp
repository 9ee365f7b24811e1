#include "proxy/target_set.h"

#include "tests/unit/proxy/flows.h"

namespace flowgate::proxy {
namespace {

using registrar::Target;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view phone = "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
constexpr std::string_view tablet = "urn:uuid:00000000-0000-1000-8000-aabbccddeeff";

Target target(std::string_view uri, std::string_view instance, std::uint16_t q_milli = 1000,
              std::string_view aor = "bob@example.com") {
  Target target;
  target.uri = uri;
  target.instance = instance;
  target.q_milli = q_milli;
  target.aor = aor;
  return target;
}

std::vector<std::string> uris(const std::vector<Target>& targets) {
  std::vector<std::string> uris;
  for (const Target& target : targets) uris.push_back(target.uri);
  return uris;
}

TargetSet set_of(std::vector<Target> targets) {
  TargetSet set;
  set.add(std::move(targets));
  return set;
}

TEST(TargetSet, IsEmptyAtFirst) {
  TargetSet set;
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(set.size(), 0U);
  EXPECT_THAT(set.next_group(), IsEmpty());
  EXPECT_FALSE(set.has_next_flow(target("a", phone)));
  EXPECT_THAT(set.next_flow(target("a", phone)), IsEmpty());
}

// RFC 3261 §16.6: "the proxy [...] process [...] the ones with the highest q first".
TEST(TargetSet, GivesTheTargetsOfTheHighestQThenThoseOfTheNext) {
  TargetSet set = set_of({target("a", "", 1000), target("b", "", 1000), target("c", "", 500),
                          target("d", "", 500), target("e", "", 0)});
  EXPECT_THAT(uris(set.next_group()), ElementsAre("a", "b"));
  EXPECT_EQ(set.size(), 3U);
  EXPECT_THAT(uris(set.next_group()), ElementsAre("c", "d"));
  EXPECT_THAT(uris(set.next_group()), ElementsAre("e"));
  EXPECT_TRUE(set.empty());
}

TEST(TargetSet, PutsWhatIsAddedLaterInItsPlace) {
  TargetSet set = set_of({target("a", "", 500), target("b", "", 100)});
  set.add({target("c", "", 900), target("d", "", 500)});
  EXPECT_THAT(uris(set.next_group()), ElementsAre("c"));
  EXPECT_THAT(uris(set.next_group()), ElementsAre("a", "d"));
  EXPECT_THAT(uris(set.next_group()), ElementsAre("b"));
}

// RFC 5626 §7: "The proxy MUST NOT populate the target set with more than one contact with the same AOR and
// instance-id at a time."
TEST(TargetSet, GivesOneFlowOfAnInstanceAtATime) {
  TargetSet set = set_of({target("a1", phone), target("b1", tablet), target("a2", phone),
                          target("b2", tablet), target("a3", phone)});
  EXPECT_THAT(uris(set.next_group()), ElementsAre("a1", "b1"));
  EXPECT_EQ(set.size(), 3U);
}

TEST(TargetSet, ComparesInstanceIdsAsUrns) {  // RFC 4122 §3: without case
  TargetSet set =
      set_of({target("a1", phone), target("a2", "URN:UUID:F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6")});
  EXPECT_THAT(uris(set.next_group()), ElementsAre("a1"));
  EXPECT_TRUE(set.has_next_flow(target("a1", phone)));
}

TEST(TargetSet, TakesTheSameInstanceOfAnotherAorForAnotherOne) {
  TargetSet set = set_of({target("a", phone), target("b", phone, 1000, "sales@example.com")});
  EXPECT_THAT(uris(set.next_group()), ElementsAre("a", "b"));
}

TEST(TargetSet, TakesContactsWithoutAnInstanceIdForInstancesOfTheirOwn) {
  TargetSet set = set_of({target("a", ""), target("b", "")});
  EXPECT_FALSE(set.has_next_flow(target("a", "")));
  set.drop_instance(target("a", ""));
  EXPECT_THAT(uris(set.next_group()), ElementsAre("a", "b"));
}

// RFC 5626 §7: "If a request for a particular AOR and instance-id fails with a 430 (Flow Failed) response,
// the proxy SHOULD replace the failed branch with another target (if one is available) with the same AOR and
// instance-id, but a different reg-id."
TEST(TargetSet, GivesTheNextFlowOfTheFailedInstanceBestFirst) {
  TargetSet set = set_of({target("a1", phone), target("b1", tablet), target("a2", phone),
                          target("b2", tablet), target("a3", phone)});
  const auto group = set.next_group();
  ASSERT_THAT(uris(group), ElementsAre("a1", "b1"));
  EXPECT_TRUE(set.has_next_flow(group[0]));
  const auto second = set.next_flow(group[0]);
  ASSERT_THAT(uris(second), ElementsAre("a2"));
  EXPECT_THAT(uris(set.next_flow(second[0])), ElementsAre("a3"));
  EXPECT_FALSE(set.has_next_flow(group[0]));
  EXPECT_THAT(set.next_flow(group[0]), IsEmpty());
  EXPECT_TRUE(set.has_next_flow(group[1]));
}

TEST(TargetSet, GivesTheNextFlowOfAnInstanceAlsoFromALowerQ) {
  TargetSet set = set_of({target("a1", phone, 1000), target("b", "", 500), target("a2", phone, 100)});
  const auto group = set.next_group();
  EXPECT_THAT(uris(set.next_flow(group[0])), ElementsAre("a2"));
  EXPECT_THAT(uris(set.next_group()), ElementsAre("b"));
}

// RFC 5626 §7: "If the proxy receives a final response from a branch other than a 408 (Request Timeout) or a
// 430 (Flow Failed) response, the proxy MUST NOT forward the same request to another target representing the
// same AOR and instance-id."
TEST(TargetSet, DropsTheOtherFlowsOfAnInstanceThatHasAnswered) {
  TargetSet set = set_of({target("a1", phone), target("b", tablet, 500), target("a2", phone),
                          target("a3", phone, 500), target("c", phone, 500, "sales@example.com")});
  const auto group = set.next_group();
  set.drop_instance(group[0]);
  EXPECT_FALSE(set.has_next_flow(group[0]));
  EXPECT_THAT(uris(set.next_group()), ElementsAre("b", "c"));
}

TEST(TargetSet, IsEmptyWhenItIsCleared) {
  TargetSet set = set_of({target("a", "")});
  set.clear();
  EXPECT_TRUE(set.empty());
}

}  // namespace
}  // namespace flowgate::proxy
