#include "stun/fingerprint.h"

#include <gtest/gtest.h>

#include "rfc5769.h"

namespace flowgate::stun {
namespace {

// The check value of CRC-32 (ITU V.42).
TEST(Fingerprint, IsTheCrc32XoredWithStun) {
  EXPECT_EQ(fingerprint("123456789") ^ 0x5354554e, 0xcbf43926);
}

TEST(Fingerprint, OfNothingIsStunItself) {
  EXPECT_EQ(fingerprint(""), 0x5354554eU);
}

// RFC 5769 §2.1, §2.2, §2.3: "CRC32 fingerprint", the last four octets as printed.
TEST(Fingerprint, OfTheSamplesIsAsPrinted) {
  for (const std::string& sample :
       {rfc5769::sample_request, rfc5769::sample_ipv4_response, rfc5769::sample_ipv6_response}) {
    EXPECT_EQ(number32(fingerprint(sample.substr(0, sample.size() - 8))), sample.substr(sample.size() - 4));
  }
}

}  // namespace
}  // namespace flowgate::stun
