// RFC 3263 §4, clause by clause.
#include "transport/dns/next_hop_lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "zone.h"

namespace flowgate::dns {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class NextHopLookupTest : public ::testing::Test {
 protected:
  // "tcp 192.0.2.1:5060", in the order to try.
  std::vector<std::string> resolve(const std::string& text) {
    asked.clear();
    const auto uri = sip::Uri::parse(text);
    if (!uri) throw std::invalid_argument(text);
    NextHopLookup lookup(*uri, client, limits);
    while (const auto question = lookup.next_question()) {
      asked.push_back(text_of(*question));
      lookup.answer(*question, zone.find(*question));
    }
    EXPECT_TRUE(lookup.done());
    return texts(lookup);
  }
  std::vector<std::string> texts(const NextHopLookup& lookup) {
    std::vector<std::string> result;
    tls_names.clear();
    for (const NextHop& hop : lookup.next_hops()) {
      result.push_back(std::string(uri_name(hop.protocol)) + " " + hop.address.text());
      tls_names.insert(hop.tls_name);
    }
    return result;
  }
  static std::string text_of(const Question& question) {
    switch (question.type) {
      case Type::a:
        return "A " + question.name;
      case Type::aaaa:
        return "AAAA " + question.name;
      case Type::srv:
        return "SRV " + question.name;
      case Type::naptr:
        return "NAPTR " + question.name;
    }
    return "";
  }
  void without(Protocol protocol) {
    client.dialable = [protocol](Protocol wanted, bool) { return wanted != protocol; };
  }
  void without_ipv6() {
    client.dialable = [](Protocol, bool v6) { return !v6; };
  }
  // The example of RFC 3263 §4.1.
  void example_zone() {
    zone.naptr("example.com", 50, 50, "SIPS+D2T", "_sips._tcp.example.com")
        .naptr("example.com", 90, 50, "SIP+D2T", "_sip._tcp.example.com")
        .naptr("example.com", 100, 50, "SIP+D2U", "_sip._udp.example.com")
        .srv("_sips._tcp.example.com", 0, 1, 5061, "server1.example.com")
        .srv("_sip._tcp.example.com", 0, 1, 5060, "server1.example.com")
        .srv("_sip._tcp.example.com", 1, 1, 5060, "server2.example.com")
        .srv("_sip._udp.example.com", 0, 1, 5060, "server1.example.com")
        .a("server1.example.com", "192.0.2.1")
        .a("server2.example.com", "192.0.2.2");
  }

  std::mt19937_64 generator{1};
  Client client{[](Protocol, bool) { return true; }, [this] { return generator(); }, nullptr};
  LookupLimits limits;
  Zone zone;
  std::vector<std::string> asked;
  std::set<std::string> tls_names;
};

// §4: "We define TARGET as the value of the maddr parameter of the URI, if present"
TEST_F(NextHopLookupTest, TargetIsTheMaddrParameter) {
  EXPECT_THAT(resolve("sip:a@example.com;maddr=192.0.2.9"), ElementsAre("udp 192.0.2.9:5060"));
  EXPECT_THAT(resolve("sip:a@192.0.2.1:5070;maddr=[2001:db8::9]"), ElementsAre("udp [2001:db8::9]:5070"));
  zone.a("edge.example.net", "192.0.2.7");
  EXPECT_THAT(resolve("sip:a@example.com:5070;maddr=edge.example.net"), ElementsAre("udp 192.0.2.7:5070"));
  EXPECT_THAT(tls_names, ElementsAre("example.com"));
}

// §4.1: "If the URI specifies a transport protocol in the transport parameter, that transport protocol SHOULD
// be used."
TEST_F(NextHopLookupTest, TransportParameterSelectsTheTransport) {
  EXPECT_THAT(resolve("sip:192.0.2.1;transport=tcp"), ElementsAre("tcp 192.0.2.1:5060"));
  EXPECT_THAT(resolve("sip:192.0.2.1;transport=TLS"), ElementsAre("tls 192.0.2.1:5061"));
  EXPECT_THAT(resolve("sips:192.0.2.1;transport=tcp"), ElementsAre("tls 192.0.2.1:5061"));
}

TEST_F(NextHopLookupTest, TransportsThatCannotBeDialledLeadNowhere) {
  for (const char* uri : {"sip:example.com;transport=ws", "sip:example.com;transport=sctp",
                          "sips:example.com;transport=udp", "sip:192.0.2.1;transport=wss", "tel:+1234"}) {
    EXPECT_THAT(resolve(uri), IsEmpty()) << uri;
    EXPECT_THAT(asked, IsEmpty()) << uri;
  }
}

// §4.1: "if no transport protocol is specified, but the TARGET is a numeric IP address, the client SHOULD use
// UDP for a SIP URI, and TCP for a SIPS URI." §4.2: "If no port is specified, it uses the default port".
TEST_F(NextHopLookupTest, NumericTargetIsUsedAsItIs) {
  EXPECT_THAT(resolve("sip:alice@192.0.2.1"), ElementsAre("udp 192.0.2.1:5060"));
  EXPECT_THAT(resolve("sip:alice@[2001:db8::1]:5099"), ElementsAre("udp [2001:db8::1]:5099"));
  EXPECT_THAT(resolve("sips:alice@192.0.2.1"), ElementsAre("tls 192.0.2.1:5061"));
  EXPECT_THAT(asked, IsEmpty());
}

// §4.1: "the TARGET is not numeric, but an explicit port is provided, the client SHOULD use UDP for a SIP
// URI, and TCP for a SIPS URI". §4.2: "a port is present in the URI, the client performs an A or AAAA record
// lookup"; also for 5060: "Now, A or AAAA records will be used."
TEST_F(NextHopLookupTest, PortInTheUriMeansAddressesOnly) {
  example_zone();
  zone.a("example.com", "192.0.2.80");
  EXPECT_THAT(resolve("sip:example.com:5060"), ElementsAre("udp 192.0.2.80:5060"));
  EXPECT_THAT(asked, UnorderedElementsAre("A example.com", "AAAA example.com"));
  EXPECT_THAT(resolve("sips:example.com:5075"), ElementsAre("tls 192.0.2.80:5075"));
  EXPECT_THAT(resolve("sip:example.com:5075;transport=tcp"), ElementsAre("tcp 192.0.2.80:5075"));
}

// §4.1, the example: "Since the client supports TCP and UDP, TCP will be used, targeted to a host determined
// by an SRV lookup of _sip._tcp.example.com."
TEST_F(NextHopLookupTest, ExampleOfSection41WithoutTls) {
  example_zone();
  without(Protocol::tls);
  EXPECT_THAT(resolve("sip:user@example.com"), ElementsAre("tcp 192.0.2.1:5060", "tcp 192.0.2.2:5060"));
  EXPECT_THAT(asked,
              ElementsAre("NAPTR example.com", "SRV _sip._tcp.example.com", "AAAA server1.example.com",
                          "A server1.example.com", "AAAA server2.example.com", "A server2.example.com"));
}

// §4.1: "A client resolving a SIP URI SHOULD retain records with "SIPS" as the protocol, if the client
// supports TLS."
TEST_F(NextHopLookupTest, ExampleOfSection41WithTls) {
  example_zone();
  EXPECT_THAT(resolve("sip:user@example.com"), ElementsAre("tls 192.0.2.1:5061"));
}

// §4.1: "a client resolving a SIPS URI MUST discard any services that do not contain "SIPS" as the protocol
// in the service field."
TEST_F(NextHopLookupTest, SipsUriDiscardsServicesWithoutSips) {
  zone.naptr("example.com", 1, 1, "SIP+D2T", "_sip._tcp.example.com")
      .naptr("example.com", 2, 1, "SIP+D2U", "_sip._udp.example.com")
      .naptr("example.com", 3, 1, "SIPS+D2T", "_sips._tcp.secure.example.com")
      .srv("_sip._tcp.example.com", 0, 0, 5060, "plain.example.com")
      .srv("_sips._tcp.secure.example.com", 0, 0, 5061, "secure.example.com")
      .a("plain.example.com", "192.0.2.1")
      .a("secure.example.com", "192.0.2.2");
  EXPECT_THAT(resolve("sips:example.com"), ElementsAre("tls 192.0.2.2:5061"));
  EXPECT_THAT(asked, Not(Contains("SRV _sip._tcp.example.com")));
}

TEST_F(NextHopLookupTest, SipsUriNeverLeadsToAnythingButTls) {
  zone.naptr("example.com", 1, 1, "SIP+D2U", "_sip._udp.example.com")
      .naptr("example.com", 2, 1, "SIPS+D2U", "_sips._udp.example.com")
      .srv("_sip._udp.example.com", 0, 0, 5060, "plain.example.com")
      .srv("_sips._udp.example.com", 0, 0, 5060, "plain.example.com")
      .a("plain.example.com", "192.0.2.1")
      .a("example.com", "192.0.2.3");
  EXPECT_THAT(resolve("sips:example.com"), ElementsAre("tls 192.0.2.3:5061"));
}

// §4.1: "a client MUST discard any service fields that identify a resolution service whose value is not
// "D2X", for values of X that indicate transport protocols supported by the client."
TEST_F(NextHopLookupTest, ServicesThatTheClientDoesNotSupportAreDiscarded) {
  zone.naptr("example.com", 1, 1, "SIP+D2S", "_sip._sctp.example.com")
      .naptr("example.com", 2, 1, "E2U+sip", "_sip._udp.wrong.example.com")
      .naptr("example.com", 3, 1, "SIP+D2W", "_sip._ws.example.com")
      .naptr("example.com", 4, 1, "SIPS+D2W", "_sips._ws.example.com")
      .naptr("example.com", 5, 1, "sip+d2t", "_sip._tcp.right.example.com", "S")
      .srv("_sip._tcp.right.example.com", 0, 0, 5060, "right.example.com")
      .a("right.example.com", "192.0.2.1");
  EXPECT_THAT(resolve("sip:example.com"), ElementsAre("tcp 192.0.2.1:5060"));
}

// §4.1: "The resource record will contain an empty regular expression and a replacement value, which is the
// SRV record".
TEST_F(NextHopLookupTest, NaptrRecordsThatDoNotNameAnSrvRecordAreDiscarded) {
  zone.naptr("example.com", 1, 1, "SIP+D2U", "host.example.com", "a")
      .naptr("example.com", 2, 1, "SIP+D2U", "_sip._udp.wrong.example.com", "s", "!.*!_sip._udp.x!")
      .naptr("example.com", 3, 1, "SIP+D2U", ".")
      .naptr("example.com", 4, 1, "SIP+D2U", "_sip._udp.wrong.example.com", "")
      .naptr("example.com", 5, 1, "SIP+D2U", "_sip._udp.right.example.com")
      .srv("_sip._udp.right.example.com", 0, 0, 5060, "right.example.com")
      .a("right.example.com", "192.0.2.1");
  EXPECT_THAT(resolve("sip:example.com"), ElementsAre("udp 192.0.2.1:5060"));
  EXPECT_THAT(asked, Not(Contains("SRV _sip._udp.wrong.example.com")));
}

// §4.1: "It is not necessary for the domain suffixes in the NAPTR replacement field to match the domain of
// the original query". RFC 5922 §7: the certificate is for the domain of the URI all the same.
TEST_F(NextHopLookupTest, NaptrReplacementMayBeInAnotherDomain) {
  zone.naptr("example.com", 1, 1, "SIPS+D2T", "_sips._tcp.school.edu")
      .srv("_sips._tcp.school.edu", 0, 0, 5061, "host.school.edu")
      .a("host.school.edu", "192.0.2.1");
  EXPECT_THAT(resolve("sip:example.com."), ElementsAre("tls 192.0.2.1:5061"));
  EXPECT_THAT(tls_names, ElementsAre("example.com"));
}

// RFC 3403 §4.1: lower ORDER first, then lower PREFERENCE; "Once a match is found, the client MUST NOT
// consider any NAPTRs with a different value for Order".
TEST_F(NextHopLookupTest, NaptrRecordsAreTakenByOrderAndPreference) {
  zone.naptr("example.com", 20, 1, "SIPS+D2T", "_sips._tcp.example.com")
      .naptr("example.com", 10, 50, "SIP+D2U", "_sip._udp.example.com")
      .naptr("example.com", 10, 40, "SIP+D2T", "_sip._tcp.example.com")
      .srv("_sips._tcp.example.com", 0, 0, 5061, "host.example.com")
      .srv("_sip._udp.example.com", 0, 0, 5060, "host.example.com")
      .srv("_sip._tcp.example.com", 0, 0, 5060, "host.example.com")
      .a("host.example.com", "192.0.2.1");
  EXPECT_THAT(resolve("sip:example.com"), ElementsAre("tcp 192.0.2.1:5060", "udp 192.0.2.1:5060"));
  EXPECT_THAT(asked, Not(Contains("SRV _sips._tcp.example.com")));
}

TEST_F(NextHopLookupTest, TheNextOrderIsForWhenTheFirstLeadsToNoAddress) {
  zone.naptr("example.com", 10, 1, "SIPS+D2T", "_sips._tcp.example.com")
      .naptr("example.com", 20, 1, "SIP+D2T", "_sip._tcp.example.com")
      .naptr("example.com", 30, 1, "SIP+D2U", "_sip._udp.example.com")
      .srv("_sip._tcp.example.com", 0, 0, 5060, "gone.example.com")
      .srv("_sip._udp.example.com", 0, 0, 5060, "host.example.com")
      .a("host.example.com", "192.0.2.1");
  EXPECT_THAT(resolve("sip:example.com"), ElementsAre("udp 192.0.2.1:5060"));
}

// §4.1: "If no NAPTR records are found, the client constructs SRV queries for those transport protocols it
// supports, and does a query for each. Queries are done using the service identifier "_sip" for SIP URIs and
// "_sips" for SIPS URIs."
TEST_F(NextHopLookupTest, WithoutNaptrEachTransportIsAskedForBySrv) {
  zone.srv("_sip._tcp.example.com", 0, 0, 5070, "tcp.example.com").a("tcp.example.com", "192.0.2.1");
  EXPECT_THAT(resolve("sip:example.com"), ElementsAre("tcp 192.0.2.1:5070"));
  EXPECT_THAT(asked, ElementsAre("NAPTR example.com", "SRV _sip._udp.example.com",
                                 "SRV _sip._tcp.example.com", "AAAA tcp.example.com", "A tcp.example.com"));
  zone.srv("_sips._tcp.example.com", 0, 0, 5071, "tcp.example.com");
  EXPECT_THAT(resolve("sips:example.com"), ElementsAre("tls 192.0.2.1:5071"));
  EXPECT_THAT(asked, Contains("SRV _sips._tcp.example.com"));
  EXPECT_THAT(asked, Not(Contains("SRV _sip._tcp.example.com")));
}

TEST_F(NextHopLookupTest, TransportsWithoutASocketAreNotAskedFor) {
  zone.srv("_sip._udp.example.com", 0, 0, 5060, "host.example.com")
      .srv("_sip._tcp.example.com", 0, 0, 5060, "host.example.com")
      .a("host.example.com", "192.0.2.1");
  without(Protocol::udp);
  EXPECT_THAT(resolve("sip:example.com"), ElementsAre("tcp 192.0.2.1:5060"));
  EXPECT_THAT(asked, Not(Contains("SRV _sip._udp.example.com")));
  EXPECT_THAT(resolve("sip:host.example.com:5060"), ElementsAre("tcp 192.0.2.1:5060"));
}

TEST_F(NextHopLookupTest, UdpGoesToTheFamiliesThatThereIsASocketOf) {
  client.dialable = [](Protocol protocol, bool v6) { return protocol != Protocol::udp || !v6; };
  zone.srv("_sip._udp.example.com", 0, 0, 5060, "host.example.com")
      .srv("_sip._tcp.example.com", 0, 0, 5060, "host.example.com")
      .a("host.example.com", "192.0.2.1")
      .a("host.example.com", "2001:db8::1");
  EXPECT_THAT(resolve("sip:example.com"),
              ElementsAre("udp 192.0.2.1:5060", "tcp [2001:db8::1]:5060", "tcp 192.0.2.1:5060"));
  EXPECT_THAT(resolve("sip:[2001:db8::1]"), IsEmpty());
}

// §4.1: "If no SRV records are found, the client SHOULD use TCP for a SIPS URI, and UDP for a SIP URI." §4.2:
// "the client performs an A or AAAA record lookup of the domain name [...] at the default port".
TEST_F(NextHopLookupTest, WithoutSrvTheDomainNameItselfIsLookedUp) {
  zone.a("example.com", "192.0.2.1").a("example.com", "2001:db8::1");
  EXPECT_THAT(resolve("sip:Example.COM"), ElementsAre("udp [2001:db8::1]:5060", "udp 192.0.2.1:5060"));
  EXPECT_THAT(resolve("sips:example.com"), ElementsAre("tls [2001:db8::1]:5061", "tls 192.0.2.1:5061"));
  EXPECT_THAT(tls_names, ElementsAre("example.com"));
}

// §4.2: "each of which can be contacted using the transport protocol determined previously"
TEST_F(NextHopLookupTest, WithoutSrvTheTransportOfTheNaptrRecordStands) {
  zone.naptr("example.com", 1, 1, "SIP+D2T", "_sip._tcp.example.com").a("example.com", "192.0.2.1");
  EXPECT_THAT(resolve("sip:example.com"), ElementsAre("tcp 192.0.2.1:5060"));
}

// §4.2: "because a transport was specified explicitly, the client performs an SRV query for that specific
// transport, using the service identifier "_sips" for SIPS URIs. For a SIP URI, if the client wishes to use
// TLS, it also uses the service identifier "_sips""
TEST_F(NextHopLookupTest, ExplicitTransportAsksForItsSrvRecordsWithoutNaptr) {
  example_zone();
  const std::pair<const char*, const char*> queries[] = {
      {"sip:example.com;transport=udp", "SRV _sip._udp.example.com"},
      {"sip:example.com;transport=tcp", "SRV _sip._tcp.example.com"},
      {"sip:example.com;transport=tls", "SRV _sips._tcp.example.com"},
      {"sips:example.com;transport=tcp", "SRV _sips._tcp.example.com"},
      {"sips:example.com;transport=tls", "SRV _sips._tcp.example.com"},
  };
  for (const auto& [uri, query] : queries) {
    EXPECT_THAT(resolve(uri), Not(IsEmpty())) << uri;
    EXPECT_EQ(asked.front(), query) << uri;
  }
}

TEST_F(NextHopLookupTest, ExplicitTransportWithoutSrvFallsBackToTheDomainName) {
  zone.a("example.com", "192.0.2.1");
  EXPECT_THAT(resolve("sip:example.com;transport=tcp"), ElementsAre("tcp 192.0.2.1:5060"));
  EXPECT_THAT(resolve("sip:example.com;transport=tls"), ElementsAre("tls 192.0.2.1:5061"));
}

// RFC 2782: "A Target of "." means that the service is decidedly not available at this domain."
TEST_F(NextHopLookupTest, SrvTargetOfTheRootMeansThatThereIsNoService) {
  zone.srv("_sip._udp.example.com", 0, 0, 0, ".").a("example.com", "192.0.2.1");
  EXPECT_THAT(resolve("sip:example.com;transport=udp"), IsEmpty());
  EXPECT_THAT(resolve("sip:example.com"), IsEmpty());
  zone.srv("_sip._tcp.example.com", 0, 0, 5060, "example.com");
  EXPECT_THAT(resolve("sip:example.com"), ElementsAre("tcp 192.0.2.1:5060"));
}

// §4.3 has the next element tried as of RFC 2782: all addresses of a target before the next target.
TEST_F(NextHopLookupTest, TargetsAreTriedByPriorityEachWithAllAddresses) {
  without_ipv6();
  zone.srv("_sip._udp.example.com", 20, 0, 5062, "backup.example.com")
      .srv("_sip._udp.example.com", 10, 0, 5061, "main.example.com")
      .a("main.example.com", "192.0.2.1")
      .a("main.example.com", "192.0.2.2")
      .a("backup.example.com", "192.0.2.3");
  EXPECT_THAT(resolve("sip:example.com"),
              ElementsAre("udp 192.0.2.1:5061", "udp 192.0.2.2:5061", "udp 192.0.2.3:5062"));
}

// RFC 8305 §4: the families take turns.
TEST_F(NextHopLookupTest, FamiliesTakeTurns) {
  for (const char* text : {"192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2", "2001:db8::3"}) {
    zone.a("example.com", text);
  }
  EXPECT_THAT(resolve("sip:example.com:5060"),
              ElementsAre("udp [2001:db8::1]:5060", "udp 192.0.2.1:5060", "udp [2001:db8::2]:5060",
                          "udp 192.0.2.2:5060", "udp [2001:db8::3]:5060"));
}

TEST_F(NextHopLookupTest, QuestionsThatNobodyAnswersAreLikeThoseWithoutRecords) {
  zone.fails("example.com", Type::naptr)
      .fails("_sip._udp.example.com", Type::srv)
      .fails("example.com", Type::aaaa)
      .a("example.com", "192.0.2.1");
  EXPECT_THAT(resolve("sip:example.com"), ElementsAre("udp 192.0.2.1:5060"));
}

TEST_F(NextHopLookupTest, OneTargetWithoutAddressDoesNotHideTheOthers) {
  zone.srv("_sip._udp.example.com", 0, 0, 5060, "gone.example.com")
      .srv("_sip._udp.example.com", 1, 0, 5060, "bad name")
      .srv("_sip._udp.example.com", 2, 0, 0, "here.example.com")
      .srv("_sip._udp.example.com", 3, 0, 5060, "here.example.com")
      .a("here.example.com", "192.0.2.1");
  EXPECT_THAT(resolve("sip:example.com"), ElementsAre("udp 192.0.2.1:5060"));
}

TEST_F(NextHopLookupTest, NameOfTheHostsFileHasAddressesAndNoServices) {
  example_zone();
  zone.a("example.com", "192.0.2.80");
  client.is_known_host = [](const std::string& name) { return name == "example.com"; };
  EXPECT_THAT(resolve("sip:EXAMPLE.com"), ElementsAre("udp 192.0.2.80:5060"));
  EXPECT_THAT(resolve("sip:example.com;transport=tls"), ElementsAre("tls 192.0.2.80:5061"));
  EXPECT_THAT(asked, UnorderedElementsAre("A example.com", "AAAA example.com"));
}

TEST_F(NextHopLookupTest, QuestionsOfOneUriAreBounded) {
  for (std::uint16_t i = 0; i < 100; ++i) {
    const std::string name = "h" + std::to_string(i) + ".example.com";
    zone.srv("_sip._udp.example.com", i, 0, 5060, name).a(name, "192.0.2." + std::to_string(i + 1));
  }
  const auto hops = resolve("sip:example.com");
  EXPECT_THAT(asked, SizeIs(limits.questions));
  // NAPTR and two SRV; two each of the best targets with the rest, of which the last has only the AAAA.
  EXPECT_THAT(hops, SizeIs(6));
  EXPECT_EQ(hops.front(), "udp 192.0.2.1:5060");
}

TEST_F(NextHopLookupTest, QuestionsAreBoundedAlsoWhenEveryServiceLeadsToOthers) {
  for (std::uint16_t i = 0; i < 100; ++i) {
    zone.naptr("example.com", i, 0, "SIP+D2U", "_sip._udp.d" + std::to_string(i) + ".example.com");
  }
  EXPECT_THAT(resolve("sip:example.com"), IsEmpty());
  EXPECT_THAT(asked, SizeIs(limits.questions));
}

TEST_F(NextHopLookupTest, AddressesOfOneNameAreBounded) {
  for (int i = 1; i <= 100; ++i) zone.a("example.com", "192.0.2." + std::to_string(i));
  for (int i = 1; i <= 100; ++i) zone.a("example.com", "2001:db8::" + std::to_string(i));
  EXPECT_THAT(resolve("sip:example.com:5060"), SizeIs(limits.addresses));
}

TEST_F(NextHopLookupTest, NextHopsAreBounded) {
  for (std::uint16_t port = 5060; port < 5090; ++port) {
    zone.srv("_sip._udp.example.com", port, 0, port, "example.com");
  }
  for (int i = 1; i <= 8; ++i) zone.a("example.com", "192.0.2." + std::to_string(i));
  EXPECT_THAT(resolve("sip:example.com"), SizeIs(limits.next_hops));
}

TEST_F(NextHopLookupTest, OneNextHopIsListedOnce) {
  zone.srv("_sip._udp.example.com", 0, 0, 5060, "a.example.com")
      .srv("_sip._udp.example.com", 1, 0, 5060, "b.example.com")
      .a("a.example.com", "192.0.2.1")
      .a("b.example.com", "192.0.2.1");
  EXPECT_THAT(resolve("sip:example.com"), ElementsAre("udp 192.0.2.1:5060"));
}

TEST_F(NextHopLookupTest, AnswersMayComeInAnyOrderAndMoreThanOnce) {
  example_zone();
  without(Protocol::tls);
  NextHopLookup lookup(*sip::Uri::parse("sip:example.com"), client);
  while (!lookup.done()) {
    std::vector<Question> round;
    while (auto question = lookup.next_question()) round.push_back(*question);
    ASSERT_FALSE(round.empty());
    for (auto question = round.rbegin(); question != round.rend(); ++question) {
      lookup.answer(*question, zone.find(*question));
      lookup.answer(*question, zone.find(*question));
      lookup.answer({"never.asked.example", Type::a}, zone.find(*question));
    }
  }
  EXPECT_THAT(texts(lookup), ElementsAre("tcp 192.0.2.1:5060", "tcp 192.0.2.2:5060"));
}

TEST_F(NextHopLookupTest, GivingUpKeepsWhatIsKnown) {
  zone.srv("_sip._udp.example.com", 0, 0, 5060, "slow.example.com")
      .srv("_sip._udp.example.com", 1, 0, 5060, "here.example.com")
      .a("here.example.com", "192.0.2.1");
  NextHopLookup lookup(*sip::Uri::parse("sip:example.com"), client);
  while (const auto question = lookup.next_question()) {
    EXPECT_FALSE(lookup.has_address());
    if (question->name != "slow.example.com") lookup.answer(*question, zone.find(*question));
  }
  EXPECT_FALSE(lookup.done());
  EXPECT_TRUE(lookup.has_address());
  lookup.give_up();
  EXPECT_TRUE(lookup.done());
  EXPECT_THAT(texts(lookup), ElementsAre("udp 192.0.2.1:5060"));
}

TEST_F(NextHopLookupTest, GivingUpAtTheFirstQuestionLeadsNowhere) {
  NextHopLookup lookup(*sip::Uri::parse("sip:example.com"), client);
  lookup.give_up();
  EXPECT_TRUE(lookup.done());
  EXPECT_THAT(lookup.next_hops(), IsEmpty());
  EXPECT_FALSE(lookup.next_question());
}

}  // namespace
}  // namespace flowgate::dns
