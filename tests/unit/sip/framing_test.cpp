#include "sip/framing.h"

#include <vector>

#include "tests/unit/sip/sample.h"

namespace flowgate::sip {

// Readable in the output of a failed test.
void PrintTo(FrameKind kind, std::ostream* out) {
  const char* names[] = {"need_more", "skip", "ping", "message", "stun", "broken"};
  *out << names[static_cast<int>(kind)];
}

namespace {

using namespace std::string_literals;

struct Piece {
  FrameKind kind;
  std::string octets;
  bool operator==(const Piece&) const = default;
};
void PrintTo(const Piece& piece, std::ostream* out) {
  PrintTo(piece.kind, out);
  *out << ' ' << testing::PrintToString(piece.octets);
}
using Pieces = std::vector<Piece>;

// The reading side of a connection: what comes is put behind what is left.
class Stream {
 public:
  explicit Stream(const Limits& limits = {}) : limits_(limits) {}

  void receive(std::string_view octets) {
    buffered_.append(octets);
    while (!broken()) {
      const Frame frame = next_frame(buffered_, state_, limits_);
      if (frame.kind == FrameKind::need_more) return;
      frames_.push_back({frame.kind, buffered_.substr(0, frame.size)});
      buffered_.erase(0, frame.size);
      state_ = {};
    }
  }
  bool broken() const { return !frames_.empty() && frames_.back().kind == FrameKind::broken; }
  const Pieces& frames() const { return frames_; }
  const std::string& left() const { return buffered_; }
  const FrameState& state() const { return state_; }

 private:
  Limits limits_;
  std::string buffered_;
  FrameState state_;
  Pieces frames_;
};

Pieces frames_of(std::string_view octets, const Limits& limits = {}) {
  Stream stream{limits};
  stream.receive(octets);
  return stream.frames();
}

const Pieces none;
const Pieces is_broken{{FrameKind::broken, ""}};

std::string message_with(std::string_view fields, std::string_view body = {}) {
  return crlf("OPTIONS sip:bob@example.com SIP/2.0\n" + std::string{fields} + "\n") + std::string{body};
}

const std::string stun_request = "\x00\x01\x00\x00\x21\x12\xa4\x42"s + "abcdefghijkl";
const std::string stun_response =
    "\x01\x01\x00\x0c\x21\x12\xa4\x42"s + "abcdefghijkl" + "\x00\x20\x00\x08\x00\x01zzzzzz"s;

// Whole frames of every kind.
const Pieces samples{
    {FrameKind::message, register_text},
    {FrameKind::message, wsinv},
    {FrameKind::message, message_with("l:0\n")},
    {FrameKind::message, message_with("CONTENT-LENGTH \t:\t 0 \n")},
    {FrameKind::message, message_with("Content-Length:\n 4\n", "\r\n\r\n")},
    {FrameKind::message, message_with("A: b\nContent-Length: 5\nl: 05\nC: d\n", "abcde")},
    {FrameKind::message, "OPTIONS sip:a SIP/2.0\nl: 3\n\na\nb"},
    {FrameKind::message, message_with("Subject: x\n \n\t\nl: 2\n", "ab")},
    {FrameKind::message, "SIP/2.0 200 OK\r\nContent-Length: 1\r\n\r\n\n"},
    {FrameKind::message, "SIP/2.0 200\r\nContent-Length: 0\r\n\r\n"},
    {FrameKind::stun, stun_request},
    {FrameKind::stun, stun_response},
    {FrameKind::ping, "\r\n\r\n"},
};

TEST(Framing, EverySampleIsAFrameAsAWhole) {
  for (const Piece& sample : samples) EXPECT_EQ(frames_of(sample.octets), Pieces{sample});
}

TEST(Framing, EverySampleIsAFrameHoweverItIsSplit) {
  for (const Piece& sample : samples) {
    for (std::size_t split = 0; split <= sample.octets.size(); ++split) {
      Stream stream;
      stream.receive(sample.octets.substr(0, split));
      EXPECT_EQ(stream.frames(), split < sample.octets.size() ? none : Pieces{sample}) << split;
      stream.receive(sample.octets.substr(split));
      EXPECT_EQ(stream.frames(), Pieces{sample}) << split;
      EXPECT_EQ(stream.left(), "");
    }
  }
}

TEST(Framing, EverySampleIsAFrameWithAnythingBehindIt) {
  for (const Piece& sample : samples) {
    for (const Piece& behind : samples) {
      EXPECT_EQ(frames_of(sample.octets + behind.octets), (Pieces{sample, behind}));
    }
    for (const auto* garbage : {" ", "\r", "x", "\x16\x03\x01"}) {
      ASSERT_FALSE(frames_of(sample.octets + garbage).empty());
      EXPECT_EQ(frames_of(sample.octets + garbage).front(), sample);
    }
  }
}

TEST(Framing, AThousandMessagesInSmallPieces) {
  std::mt19937 random{18};
  std::string octets;
  Pieces expected;
  for (int i = 0; i < 1000; ++i) {
    // A CRLF in front of a line end is not a CRLF of its own, so no ping follows one here.
    expected.push_back(samples[random() % samples.size()]);
    octets += expected.back().octets;
  }
  Stream stream;
  for (std::size_t at = 0; at < octets.size();) {
    const std::size_t size = random() % 53 + 1;
    stream.receive(std::string_view{octets}.substr(at, size));
    at += size;
  }
  EXPECT_EQ(stream.frames().size(), expected.size());
  EXPECT_EQ(stream.frames(), expected);
  EXPECT_EQ(stream.left(), "");
}

TEST(Framing, ADoubleCrlfIsAPing) {  // RFC 5626 §3.5.1
  const Piece ping{FrameKind::ping, "\r\n\r\n"};
  EXPECT_EQ(frames_of("\r\n\r\n\r\n\r\n"), (Pieces{ping, ping}));
  EXPECT_EQ(frames_of("\r\n\r\n" + register_text), (Pieces{ping, samples[0]}));
}

TEST(Framing, ALoneCrlfIsSkippedOnceTheNextOctetsAreThere) {
  for (const auto* octets : {"\r", "\r\n", "\r\n\r"}) EXPECT_EQ(frames_of(octets), none);
  const Piece crlf_piece{FrameKind::skip, "\r\n"};
  EXPECT_EQ(frames_of("\r\n" + register_text), (Pieces{crlf_piece, samples[0]}));
  EXPECT_EQ(frames_of("\r\n" + stun_request), (Pieces{crlf_piece, {FrameKind::stun, stun_request}}));
  EXPECT_EQ(frames_of("\r\n\r\n\r\n" + register_text),
            (Pieces{{FrameKind::ping, "\r\n\r\n"}, crlf_piece, samples[0]}));
  EXPECT_EQ(frames_of("\n" + register_text), (Pieces{{FrameKind::skip, "\n"}, samples[0]}));
}

TEST(Framing, ACrWithoutItsLfIsBroken) {
  EXPECT_EQ(frames_of("\rx"), is_broken);
  EXPECT_EQ(frames_of("\r\r"), is_broken);
  EXPECT_EQ(frames_of("\r\n\rx").back().kind, FrameKind::broken);
}

TEST(Framing, OnAStreamContentLengthIsMandatory) {  // RFC 3261 §18.3
  EXPECT_EQ(frames_of(message_with("")), is_broken);
  EXPECT_EQ(frames_of(message_with("Content-Type: a/b\n")), is_broken);
}

TEST(Framing, AContentLengthThatCannotBeTrustedIsBroken) {
  for (const auto* fields :
       {"Content-Length: -1\n", "Content-Length:\n", "Content-Length: 1 2\n", "Content-Length: 0\n 0\n",
        "Content-Length: 0\nl: 1\n", "l: 0\nl: x\n", "Content-Length: 4294967296\n", "Content-Length: 0x10\n",
        "Content-Length: 1, 1\n", "Content-Length\n : 0\n", " Content-Length: 0\n", "Content-Length 0\n",
        "X: y\n Content-Length: 0\n"}) {
    EXPECT_EQ(frames_of(message_with(fields)), is_broken) << fields;
  }
}

TEST(Framing, WhatIsNotSipIsBroken) {
  EXPECT_EQ(frames_of("GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"), is_broken);
  for (const auto* octets : {"\x16\x03\x01\x02", "\x04", " OPTIONS", "\x80", "\t", "(", "\x7f"}) {
    EXPECT_EQ(frames_of(octets), is_broken);
  }
}

TEST(Framing, AMalformedMessageWithACertainEndIsAMessageSoThatItCanBeAnswered) {
  for (const auto& octets : {message_with("no colon\nl: 0\n"), message_with(": x\nl: 2\n", "ab"),
                             crlf("OPTIONS  <sip:a>  SIP/2.0 \nl: 0\n\n")}) {
    EXPECT_EQ(frames_of(octets), (Pieces{{FrameKind::message, octets}}));
  }
}

TEST(Framing, StunIsFramedByItsLength) {  // RFC 5389 §6
  const auto stun_of = [](std::size_t length, char first = '\0') {
    std::string octets(20 + length, 'x');
    octets[0] = first;
    octets[1] = '\x01';
    octets[2] = static_cast<char>(length >> 8);
    octets[3] = static_cast<char>(length & 0xff);
    return octets;
  };
  for (const std::size_t length : {0u, 4u, 256u, 528u}) {
    EXPECT_EQ(frames_of(stun_of(length)), (Pieces{{FrameKind::stun, stun_of(length)}})) << length;
    EXPECT_EQ(frames_of(stun_of(length).substr(0, 19 + length)), none) << length;
  }
  EXPECT_EQ(frames_of(stun_of(0, '\x03')).front().kind, FrameKind::stun);
  EXPECT_EQ(frames_of(stun_of(532).substr(0, 4)), is_broken);
  EXPECT_EQ(frames_of(stun_of(65532).substr(0, 4)), is_broken);
  for (const std::size_t length : {1u, 2u, 3u}) EXPECT_EQ(frames_of(stun_of(length)), is_broken);
}

TEST(Framing, WhatIsOverALimitIsBrokenAsSoonAsItIsKnown) {
  const std::string head = message_with("Content-Length: 10\n");
  Limits limits;
  limits.header_bytes = head.size();
  limits.message_bytes = head.size() + 10;
  EXPECT_EQ(frames_of(head + "0123456789", limits).front().kind, FrameKind::message);
  Limits shorter = limits;
  --shorter.message_bytes;
  EXPECT_EQ(frames_of(head, shorter), is_broken) << "before the body has come";
  Limits shorter_header = limits;
  --shorter_header.header_bytes;
  EXPECT_EQ(frames_of(head, shorter_header), is_broken);
  EXPECT_EQ(frames_of(std::string(limits.header_bytes, 'x'), limits), none);
  EXPECT_EQ(frames_of(std::string(limits.header_bytes + 1, 'x'), limits), is_broken);
}

TEST(Framing, OctetsAreSearchedOnce) {
  const char* fills[] = {"x", "x\n", "\n x", "x\r\n", "\r", "x\n\r"};
  for (const std::string_view fill : fills) {
    Stream stream;
    stream.receive("OPTIONS sip:a SIP/2.0\nA");
    std::size_t received = 23;
    while (received < 30000 && !stream.broken()) {
      for (const char c : fill) {
        stream.receive({&c, 1});
        ASSERT_GE(stream.state().scanned + 2, ++received);
      }
    }
    EXPECT_FALSE(stream.broken());
  }
}

TEST(Framing, WhereAFrameEndsTheParserEndsToo) {
  std::mt19937 random{7230};
  const std::string_view alphabet = "\r\n\n: \tl0123CcX-";
  const std::string seed = message_with("Via: x\nl: 4\nContent-Length : 4\nX:\n y\n", "\r\n\r\n");
  int framed = 0;
  for (int round = 0; round < 50000; ++round) {
    std::string octets = seed;
    for (int change = 0; change < 4; ++change) {
      const std::size_t at = random() % octets.size();
      const char c = alphabet[random() % alphabet.size()];
      switch (random() % 3) {
        case 0:
          octets[at] = c;
          break;
        case 1:
          octets.insert(at, 1, c);
          break;
        default:
          octets.erase(at, 1);
      }
    }
    const Pieces frames = frames_of(octets);
    if (frames.empty() || frames.front().kind != FrameKind::message) continue;
    const Sample sample{frames.front().octets};
    if (sample.error() == Error::not_sip)
      continue;  // a bare CR inside the SIP-Version: the connection is closed
    ASSERT_TRUE(sample.parsed()) << testing::PrintToString(octets) << sample.error();
    ASSERT_EQ(sample->text().size(), frames.front().octets.size()) << testing::PrintToString(octets);
    ASSERT_NE(sample->defect(), Error::bad_number) << testing::PrintToString(octets);
    ++framed;
  }
  EXPECT_GT(framed, 10000);
}

}  // namespace
}  // namespace flowgate::sip
