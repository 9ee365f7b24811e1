// hosts(5)
#include "transport/dns/hosts_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "zone.h"

namespace flowgate::dns {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::Pointee;

class HostsFileTest : public ::testing::Test {
 protected:
  ~HostsFileTest() override { std::filesystem::remove(file); }
  void write(std::string_view text) { std::ofstream(file) << text; }

  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("flowgate-hosts-" + std::to_string(::getpid()));
  Instant now{std::chrono::hours(1)};
};

TEST_F(HostsFileTest, NamesAndAliasesHaveTheAddressOfTheirLine) {
  write("192.0.2.1\tcore.example.com core # the core\n# 192.0.2.2 not.example.com\n\n 192.0.2.3 x\r\n");
  HostsFile hosts(file);
  EXPECT_THAT(hosts.find("core.example.com", now), Pointee(ElementsAre(address("192.0.2.1"))));
  EXPECT_THAT(hosts.find("core", now), Pointee(ElementsAre(address("192.0.2.1"))));
  EXPECT_THAT(hosts.find("x", now), Pointee(ElementsAre(address("192.0.2.3"))));
  for (const char* name : {"not.example.com", "the", "#", ""})
    EXPECT_EQ(hosts.find(name, now), nullptr) << name;
}

TEST_F(HostsFileTest, NameMayHaveSeveralAddresses) {
  write("127.0.0.1 Local\n::1 local\n127.0.0.1 local\n192.0.2.1 local\n");
  HostsFile hosts(file);
  EXPECT_THAT(hosts.find("local", now),
              Pointee(ElementsAre(address("127.0.0.1"), address("::1"), address("192.0.2.1"))));
}

TEST_F(HostsFileTest, LinesThatAreNoneAreSkipped) {
  write(
      "nonsense here\n300.1.1.1 here\nfe80::1%lo0 here\n192.0.2.1\n192.0.2.1 here bad..name\n192.0.2.9 last");
  HostsFile hosts(file);
  EXPECT_THAT(hosts.find("here", now), Pointee(ElementsAre(address("192.0.2.1"))));
  EXPECT_THAT(hosts.find("last", now), Pointee(ElementsAre(address("192.0.2.9"))));
}

TEST_F(HostsFileTest, ChangesAreSeenWithinASecond) {
  HostsFile hosts(file);
  EXPECT_EQ(hosts.find("core", now), nullptr);
  write("192.0.2.1 core\n");
  EXPECT_EQ(hosts.find("core", now), nullptr);
  now += seconds(1);
  EXPECT_THAT(hosts.find("core", now), Pointee(ElementsAre(address("192.0.2.1"))));
  write("192.0.2.22 core\n");
  now += seconds(1);
  EXPECT_THAT(hosts.find("core", now), Pointee(ElementsAre(address("192.0.2.22"))));
  std::filesystem::remove(file);
  now += seconds(1);
  EXPECT_EQ(hosts.find("core", now), nullptr);
}

}  // namespace
}  // namespace flowgate::dns
