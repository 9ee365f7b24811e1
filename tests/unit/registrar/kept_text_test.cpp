#include "registrar/kept_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace flowgate::registrar {
namespace {

TEST(KeptText, OutlivesWhatItWasCopiedFromAndStaysWhereItIs) {
  KeptText kept;
  std::vector<std::string_view> views;
  for (int i = 0; i < 200; ++i) {
    const std::string number = std::to_string(i);
    views.push_back(kept.keep(std::string(static_cast<std::size_t>(i), 'x') + number));
  }
  for (int i = 0; i < 200; ++i)
    EXPECT_EQ(views[static_cast<std::size_t>(i)],
              std::string(static_cast<std::size_t>(i), 'x') + std::to_string(i));
}

TEST(KeptText, PutsPiecesBehindOneAnother) {
  KeptText kept;
  const std::string_view pieces[] = {"sip:", "", "alice", "@example.com"};
  EXPECT_EQ(kept.keep(pieces), "sip:alice@example.com");
  EXPECT_EQ(kept.keep(""), "");
}

}  // namespace
}  // namespace flowgate::registrar
