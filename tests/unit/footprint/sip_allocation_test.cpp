// The hot path does without the heap: parsing, looking at and editing a message of usual size.
#include <cstdlib>
#include <new>

#include "sip/edits.h"
#include "sip/framing.h"
#include "sip/value.h"
#include "sip/writer.h"
#include "tests/unit/sip/sample.h"

namespace {
std::size_t allocations = 0;
}

// Counts for the whole program; GCC cannot see that the pair below belongs together.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace flowgate::sip {
namespace {

TEST(Allocation, AMessageOfUpToTwentyFourFieldsIsReadWithoutAny) {
  std::string text = register_text;
  const Limits limits;
  const std::size_t before = allocations;
  FrameState state;
  const Frame frame = next_frame(text, state, limits);
  const auto message = Message::parse(text, limits);
  const bool outbound = has_option(message.value(), Header::supported, "outbound");
  const auto route = first_value(message.value(), Header::route);
  const auto cseq = CSeq::parse(message->value(Header::cseq));
  EXPECT_EQ(allocations, before);
  EXPECT_TRUE(frame.kind == FrameKind::message && outbound && route && cseq);
}

TEST(Allocation, EditsUsedAgainKeepTheirMemory) {
  const Sample sample{register_text};
  Edits edits;
  std::string out;
  std::size_t before = 0;
  for (int round = 0; round < 2; ++round) {
    before = allocations;
    edits.clear();
    out.clear();
    edits.insert_field(sample->fields_begin(), "Via",
                       {"SIP/2.0/UDP edge.example.com;branch=z9hG4bK", "12345678"});
    edits.insert_field(sample->fields_begin(), "Path", {"<sip:", "token", "@edge.example.com;lr;ob>"});
    edits.replace(sample->find(Header::max_forwards)->value, {"69"});
    edits.remove_value(sample.get(), *first_value(sample.get(), Header::route));
    edits.write(sample.get(), out);
    write_response(sample.get(), 200, {}, "tag", {}, out);
  }
  EXPECT_EQ(allocations, before);
  EXPECT_FALSE(out.empty());
}

TEST(Allocation, OneMoreFieldIsCounted) {
  std::string fields;
  for (int i = 0; i < 25; ++i) fields += "X: y\r\n";
  std::string text = "OPTIONS sip:a SIP/2.0\r\n" + fields + "\r\n";
  const std::size_t before = allocations;
  const auto message = Message::parse(text, {});
  EXPECT_GT(allocations, before) << "or the counter counts nothing";
  EXPECT_EQ(message->fields().size(), 25u);
}

}  // namespace
}  // namespace flowgate::sip
