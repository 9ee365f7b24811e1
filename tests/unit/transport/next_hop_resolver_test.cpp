// RFC 3263 against a DNS server on the loopback interface. Nothing sleeps: the io_context runs until the
// answer is there, or a generous deadline is over.
#include "transport/dns/next_hop_resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <random>

#include "dns_server.h"

namespace flowgate::dns {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class NextHopResolverTest : public ::testing::Test {
 protected:
  NextHopResolverTest() {
    options.channel.servers = {server.address()};
    options.channel.timeout = std::chrono::seconds(5);
    options.hosts_file = hosts;
  }
  ~NextHopResolverTest() override { std::filesystem::remove(hosts); }

  NextHopResolver& resolver() {
    if (!resolver_) {
      resolver_.emplace(
          context, options, [](Protocol, bool) { return true; }, [this] { return generator(); });
    }
    return *resolver_;
  }
  void begin(const std::string& uri, std::optional<std::vector<std::string>>& result) {
    resolver().resolve(*sip::Uri::parse(uri), [&result](const std::vector<NextHop>& hops) {
      result.emplace();
      for (const NextHop& hop : hops) {
        result->push_back(std::string(uri_name(hop.protocol)) + " " + hop.address.text());
      }
    });
  }
  void run_until(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      context.restart();
      context.run_one_for(milliseconds(5));
    }
    ASSERT_TRUE(condition());
  }
  std::vector<std::string> resolve(const std::string& uri) {
    std::optional<std::vector<std::string>> result;
    begin(uri, result);
    run_until([&] { return result.has_value(); });
    return result.value_or(std::vector<std::string>{"no answer"});
  }
  // Whatever is asked is answered by these datagrams first.
  void says_before(std::function<std::vector<std::string>(const wire::Query&)> datagrams) {
    server.replies = [this, datagrams = std::move(datagrams)](const wire::Query& query) {
      std::vector<std::string> all = datagrams(query);
      all.push_back(wire::reply(query, *server.zone.find(query.question)));
      return all;
    };
  }

  boost::asio::io_context context;
  DnsServer server{context};
  Options options;
  std::mt19937_64 generator{1};
  const std::filesystem::path hosts =
      std::filesystem::temp_directory_path() / ("flowgate-resolver-" + std::to_string(::getpid()));

 private:
  std::optional<NextHopResolver> resolver_;
};

TEST_F(NextHopResolverTest, NaptrLeadsToSrvAndSrvToAddresses) {
  server.zone.naptr("example.com", 10, 1, "SIP+D2T", "_sip._tcp.example.com")
      .naptr("example.com", 20, 1, "SIP+D2U", "_sip._udp.example.com")
      .srv("_sip._tcp.example.com", 2, 0, 5072, "two.example.com")
      .srv("_sip._tcp.example.com", 1, 0, 5071, "one.example.com")
      .a("one.example.com", "127.0.0.1")
      .a("two.example.com", "127.0.0.2");
  EXPECT_THAT(resolve("sip:alice@example.com"), ElementsAre("tcp 127.0.0.1:5071", "tcp 127.0.0.2:5072"));
}

TEST_F(NextHopResolverTest, NameWithoutAnyRecordsLeadsNowhere) {
  EXPECT_THAT(resolve("sip:nobody.example"), IsEmpty());
  EXPECT_THAT(server.asked, SizeIs(5));  // NAPTR, two SRV, A, AAAA
}

TEST_F(NextHopResolverTest, NumericHostNeedsNoServer) {
  EXPECT_THAT(resolve("sip:192.0.2.1;transport=tcp"), ElementsAre("tcp 192.0.2.1:5060"));
  EXPECT_THAT(server.asked, IsEmpty());
}

TEST_F(NextHopResolverTest, LostAnswerIsAskedForAgain) {
  options.channel.timeout = milliseconds(300);
  server.zone.a("example.com", "127.0.0.1");
  server.replies = [this, lost = std::map<std::string, int>()](const wire::Query& query) mutable {
    std::vector<std::string> replies;
    if (lost[query.question_text]++ > 0) {
      replies.push_back(wire::reply(query, *server.zone.find(query.question)));
    }
    return replies;
  };
  EXPECT_THAT(resolve("sip:example.com:5060"), ElementsAre("udp 127.0.0.1:5060"));
  EXPECT_THAT(server.asked, SizeIs(4));
}

TEST_F(NextHopResolverTest, ServerThatNeverAnswersLeadsNowhere) {
  options.channel.timeout = milliseconds(50);
  server.replies = [](const wire::Query&) { return std::vector<std::string>(); };
  EXPECT_THAT(resolve("sip:example.com:5060"), IsEmpty());
  EXPECT_THAT(server.asked, SizeIs(4));  // A and AAAA, two tries each
  // Nor is it asked again at once.
  EXPECT_THAT(resolve("sip:example.com:5060"), IsEmpty());
  EXPECT_THAT(server.asked, SizeIs(4));
}

TEST_F(NextHopResolverTest, DeadlineIsForAllQuestionsTogether) {
  options.channel.timeout = std::chrono::hours(1);
  options.deadline = milliseconds(20);
  server.replies = [](const wire::Query&) { return std::vector<std::string>(); };
  EXPECT_THAT(resolve("sip:example.com"), IsEmpty());
  EXPECT_THAT(server.asked, SizeIs(1));
}

TEST_F(NextHopResolverTest, TargetThatCannotBeLookedUpDoesNotHoldUpTheOthers) {
  options.channel.timeout = std::chrono::hours(1);
  options.patience = milliseconds(20);
  server.zone.srv("_sip._udp.example.com", 0, 0, 5060, "dead.example.com")
      .srv("_sip._udp.example.com", 1, 0, 5060, "here.example.com")
      .a("here.example.com", "127.0.0.1");
  server.replies = [this](const wire::Query& query) {
    if (query.question.name == "dead.example.com") return std::vector<std::string>();
    return std::vector<std::string>{wire::reply(query, *server.zone.find(query.question))};
  };
  EXPECT_THAT(resolve("sip:example.com"), ElementsAre("udp 127.0.0.1:5060"));
}

TEST_F(NextHopResolverTest, OtherServerIsAskedWhenOneFails) {
  DnsServer broken(context);
  broken.replies = [](const wire::Query& query) {
    return std::vector<std::string>{wire::header(query, wire::server_failure, 0)};
  };
  options.channel.servers = {broken.address(), server.address()};
  server.zone.a("example.com", "127.0.0.1");
  EXPECT_THAT(resolve("sip:example.com:5060"), ElementsAre("udp 127.0.0.1:5060"));
  EXPECT_FALSE(broken.asked.empty());
}

TEST_F(NextHopResolverTest, AliasIsFollowed) {
  server.replies = [](const wire::Query& query) {
    const std::string data = wire::name("other.example.com");
    if (query.question.type != Type::a)
      return std::vector<std::string>{wire::header(query, wire::no_error, 0)};
    return std::vector<std::string>{wire::header(query, wire::no_error, 2) +
                                    wire::record(wire::asked_name, 5, 60, data) +
                                    wire::record(data, 1, 300, wire::address_data(address("127.0.0.3")))};
  };
  EXPECT_THAT(resolve("sip:example.com:5060"), ElementsAre("udp 127.0.0.3:5060"));
}

TEST_F(NextHopResolverTest, DatagramsThatAreNoAnswerToTheQueryAreIgnored) {
  server.zone.a("example.com", "127.0.0.1");
  says_before([](const wire::Query& query) {
    wire::Query other_id = query, other_name = query;
    other_id.id = {static_cast<char>(query.id[0] ^ 1), query.id[1]};
    other_name.question_text = wire::query_for("evil.example", query.question.type).question_text;
    Answer forged;
    forged.outcome = Outcome::found;
    forged.addresses = {address("127.6.6.6")};
    return std::vector<std::string>{"",
                                    "x",
                                    std::string(11, '\0'),
                                    std::string(600, '\xff'),
                                    wire::reply(other_id, forged),
                                    wire::reply(other_name, forged)};
  });
  EXPECT_THAT(resolve("sip:example.com:5060"), ElementsAre("udp 127.0.0.1:5060"));
}

TEST_F(NextHopResolverTest, AnswerThatIsGarbageLeadsNowhere) {
  server.replies = [](const wire::Query& query) {
    return std::vector<std::string>{wire::header(query, wire::no_error, 3) + std::string(40, '\xc0')};
  };
  EXPECT_THAT(resolve("sip:example.com:5060"), IsEmpty());
}

TEST_F(NextHopResolverTest, GarbageOfOneTypeDoesNotSpoilTheOther) {
  server.zone.a("example.com", "127.0.0.1");
  server.replies = [this](const wire::Query& query) {
    if (query.question.type == Type::aaaa) {
      return std::vector<std::string>{wire::header(query, wire::no_error, 1) + "\xc0\x0c..."};
    }
    return std::vector<std::string>{wire::reply(query, *server.zone.find(query.question))};
  };
  EXPECT_THAT(resolve("sip:example.com:5060"), ElementsAre("udp 127.0.0.1:5060"));
}

TEST_F(NextHopResolverTest, AnswerLargerThanAnyBufferIsSurvived) {
  options.channel.timeout = milliseconds(50);
  for (int i = 0; i < 3000; ++i) {
    server.zone.a("example.com", "127.1." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1));
  }
  EXPECT_THAT(resolve("sip:example.com:5060"), IsEmpty());
}

// RFC 1035 §4.2.1: what is truncated is asked for again over TCP, where this server does not listen.
TEST_F(NextHopResolverTest, TruncatedAnswerAloneLeadsNowhere) {
  server.replies = [](const wire::Query& query) {
    return std::vector<std::string>{wire::header(query, wire::truncated, 0)};
  };
  EXPECT_THAT(resolve("sip:example.com:5060"), IsEmpty());
}

TEST_F(NextHopResolverTest, AnswerThatFitsNoDatagramIsAskedForOverTcp) {
  if (!server.serve_tcp()) GTEST_SKIP() << "the port is in use";
  for (std::uint16_t i = 0; i < 1000; ++i) {
    server.zone.srv("_sip._udp.example.com", i, 0, 5060, "host.example.com");
  }
  server.zone.a("host.example.com", "127.0.0.1");
  EXPECT_THAT(resolve("sip:example.com;transport=udp"), ElementsAre("udp 127.0.0.1:5060"));
}

TEST_F(NextHopResolverTest, ManyRecordsAreBounded) {
  for (std::uint16_t i = 0; i < 30; ++i) {
    server.zone.srv("_sip._udp.example.com", i, 0, static_cast<std::uint16_t>(5060 + i), "host.example.com")
        .a("host.example.com", "127.0.0." + std::to_string(i + 1));
  }
  EXPECT_THAT(resolve("sip:example.com;transport=udp"), SizeIs(options.limits.next_hops));
}

TEST_F(NextHopResolverTest, AnswersAreKeptAndSharedByAllWhoAsk) {
  server.zone.a("example.com", "127.0.0.1");
  std::optional<std::vector<std::string>> first, second;
  begin("sip:example.com:5060", first);
  begin("sip:EXAMPLE.com.:5070", second);
  run_until([&] { return first && second; });
  EXPECT_THAT(*second, ElementsAre("udp 127.0.0.1:5070"));
  EXPECT_THAT(server.asked, SizeIs(2));
  EXPECT_THAT(resolve("sip:example.com:5060"), ElementsAre("udp 127.0.0.1:5060"));
  EXPECT_THAT(server.asked, SizeIs(2));
}

TEST_F(NextHopResolverTest, WhoIsAnsweredMayResolveAgain) {
  server.zone.a("one.example", "127.0.0.1").a("two.example", "127.0.0.2");
  std::optional<std::vector<std::string>> second;
  resolver().resolve(*sip::Uri::parse("sip:one.example:5060"),
                     [&](const std::vector<NextHop>&) { begin("sip:two.example:5060", second); });
  run_until([&] { return second.has_value(); });
  EXPECT_THAT(*second, ElementsAre("udp 127.0.0.2:5060"));
}

// hosts(5); nsswitch.conf(5), "hosts: files dns".
TEST_F(NextHopResolverTest, NameOfTheHostsFileIsNotAskedFor) {
  std::ofstream(hosts) << "127.0.0.9 core.example.com\n";
  server.zone.a("core.example.com", "127.0.0.1");
  EXPECT_THAT(resolve("sip:core.example.com;lr"), ElementsAre("udp 127.0.0.9:5060"));
  EXPECT_THAT(server.asked, IsEmpty());
}

TEST_F(NextHopResolverTest, SrvTargetMayBeANameOfTheHostsFile) {
  std::ofstream(hosts) << "127.0.0.9 core.example.com\n";
  server.zone.srv("_sip._udp.example.com", 0, 0, 5070, "core.example.com");
  EXPECT_THAT(resolve("sip:example.com"), ElementsAre("udp 127.0.0.9:5070"));
}

// RFC 3263 §4.3
TEST_F(NextHopResolverTest, WhatFailedIsTriedLastTheNextTime) {
  server.zone.a("example.com", "127.0.0.1").a("example.com", "127.0.0.2").a("only.example", "127.0.0.1");
  EXPECT_THAT(resolve("sip:example.com:5060"), ElementsAre("udp 127.0.0.1:5060", "udp 127.0.0.2:5060"));
  resolver().failed({Protocol::udp, address("127.0.0.1", 5060), "example.com"});
  EXPECT_THAT(resolve("sip:example.com:5060"), ElementsAre("udp 127.0.0.2:5060", "udp 127.0.0.1:5060"));
  EXPECT_THAT(resolve("sip:only.example:5060"), ElementsAre("udp 127.0.0.1:5060"));
}

// RFC 6724 §5, rule 1. There is no way to the broadcast address without asking for one.
TEST_F(NextHopResolverTest, AddressWithoutARouteIsTriedLast) {
  server.zone.a("example.com", "255.255.255.255").a("example.com", "127.0.0.1");
  EXPECT_THAT(resolve("sip:example.com:5060"), ElementsAre("udp 127.0.0.1:5060", "udp 255.255.255.255:5060"));
}

TEST_F(NextHopResolverTest, StoppedNobodyIsCalledAndNothingIsHeld) {
  const auto held = std::make_shared<int>(0);
  server.zone.a("example.com", "127.0.0.1");
  server.replies = [](const wire::Query&) { return std::vector<std::string>(); };
  for (const char* uri : {"sip:example.com", "sip:example.com:5060", "sip:other.example"}) {
    resolver().resolve(*sip::Uri::parse(uri), [held](const std::vector<NextHop>&) { ++*held; });
  }
  run_until([&] { return !server.asked.empty(); });
  resolver().stop();
  EXPECT_EQ(held.use_count(), 1);
  context.restart();
  context.run_for(milliseconds(1));
  EXPECT_EQ(*held, 0);
}

TEST_F(NextHopResolverTest, DestroyedWithQueriesUnderWay) {
  bool called = false;
  {
    NextHopResolver other(
        context, options, [](Protocol, bool) { return true; }, [] { return 0; });
    other.resolve(*sip::Uri::parse("sip:example.com"), [&](const std::vector<NextHop>&) { called = true; });
  }
  // The query has reached the server, whose answer finds nobody.
  run_until([&] { return !server.asked.empty(); });
  context.poll();
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace flowgate::dns
