// The usual reason phrases, as their specifications print them.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>

#include "sip/writer.h"

namespace flowgate::sip {
namespace {

using Phrases = std::map<int, std::string_view>;

// RFC 3261 §21
const Phrases kRfc3261 = {
    {100, "Trying"},
    {180, "Ringing"},
    {181, "Call Is Being Forwarded"},
    {182, "Queued"},
    {183, "Session Progress"},
    {200, "OK"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Moved Temporarily"},
    {305, "Use Proxy"},
    {380, "Alternative Service"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {410, "Gone"},
    {413, "Request Entity Too Large"},
    {414, "Request-URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Unsupported URI Scheme"},
    {420, "Bad Extension"},
    {421, "Extension Required"},
    {423, "Interval Too Brief"},
    {480, "Temporarily Unavailable"},
    {481, "Call/Transaction Does Not Exist"},
    {482, "Loop Detected"},
    {483, "Too Many Hops"},
    {484, "Address Incomplete"},
    {485, "Ambiguous"},
    {486, "Busy Here"},
    {487, "Request Terminated"},
    {488, "Not Acceptable Here"},
    {491, "Request Pending"},
    {493, "Undecipherable"},
    {500, "Server Internal Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Server Time-out"},
    {505, "Version Not Supported"},
    {513, "Message Too Large"},
    {600, "Busy Everywhere"},
    {603, "Decline"},
    {604, "Does Not Exist Anywhere"},
    {606, "Not Acceptable"},
};

// The specifications that added to it.
const Phrases kLater = {
    {199, "Early Dialog Terminated"},                  // RFC 6228
    {202, "Accepted"},                                 // RFC 3265, RFC 6665
    {204, "No Notification"},                          // RFC 5839
    {412, "Conditional Request Failed"},               // RFC 3903
    {417, "Unknown Resource-Priority"},                // RFC 4412
    {422, "Session Interval Too Small"},               // RFC 4028
    {424, "Bad Location Information"},                 // RFC 6442
    {425, "Bad Alert Message"},                        // RFC 8876
    {428, "Use Identity Header"},                      // RFC 8224
    {429, "Provide Referrer Identity"},                // RFC 3892
    {430, "Flow Failed"},                              // RFC 5626
    {433, "Anonymity Disallowed"},                     // RFC 5079
    {436, "Bad Identity Info"},                        // RFC 8224
    {437, "Unsupported Credential"},                   // RFC 8224
    {438, "Invalid Identity Header"},                  // RFC 8224
    {439, "First Hop Lacks Outbound Support"},         // RFC 5626
    {440, "Max-Breadth Exceeded"},                     // RFC 5393
    {469, "Bad Info Package"},                         // RFC 6086
    {470, "Consent Needed"},                           // RFC 5360
    {489, "Bad Event"},                                // RFC 6665
    {494, "Security Agreement Required"},              // RFC 3329
    {555, "Push Notification Service Not Supported"},  // RFC 8599
    {580, "Precondition Failure"},                     // RFC 3312
    {607, "Unwanted"},                                 // RFC 8197
    {608, "Rejected"},                                 // RFC 8688
};

TEST(ReasonPhrase, OfEachStatusOfRfc3261IsTheTitleOfItsSection) {
  for (const auto& [status, phrase] : kRfc3261) EXPECT_EQ(reason_phrase(status), phrase) << status;
}

TEST(ReasonPhrase, OfALaterStatusIsThatOfItsSpecification) {
  for (const auto& [status, phrase] : kLater) EXPECT_EQ(reason_phrase(status), phrase) << status;
}

// RFC 3261 §7.2: the phrase is for human eyes, and may be anything; what a response of ours says is never
// empty.
TEST(ReasonPhrase, OfAnyOtherStatusIsUnknown) {
  for (int status = 100; status < 700; ++status) {
    if (kRfc3261.contains(status) || kLater.contains(status)) continue;
    EXPECT_EQ(reason_phrase(status), "Unknown") << status;
  }
}

}  // namespace
}  // namespace flowgate::sip
