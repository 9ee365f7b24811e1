// Call flows as ladders: phones on a virtual network around one core, in virtual time.
//
//   Edge edge;
//   Phone& alice = edge.udp("alice", "192.0.2.1:5060");
//   alice.sends(alice.registers());
//   alice.receives("SIP/2.0 200");
//
// A failed expectation prints the ladder so far.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/edge.h"
#include "support/packet.h"
#include "support/phone.h"

namespace flowgate::test {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A call as each side sees it.
struct EstablishedCall {
  Packet invite, answer;
  Dialog caller, callee;
};

// INVITE to `uri` until the ACK has arrived.
EstablishedCall establish(Phone& caller, std::string_view uri, Phone& callee, const Lines& lines = {});

// `sender` sends a request in the dialog, `receiver` gets it and answers 200. The request, as received.
Packet exchange(Phone& sender, Dialog& dialog, std::string_view method, Phone& receiver);

}  // namespace flowgate::test
