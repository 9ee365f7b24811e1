// Phones that send what they like to a core. Each line of the script (they end in 0xff, which no UTF-8 has)
// begins with who and what:
//
//   0sTEXT      phone 0 sends the text as it is
//   0rLINE      ... registers; the line is added to the request
//   0oURI       ... sends an INVITE to the URI         0nURI      ... a MESSAGE
//   0wURI       ... sends a SUBSCRIBE for its registration
//   0c          ... cancels what it sent last          0b         ... acknowledges what that was answered
//   0aNNNLINE   ... answers the request that waits longest, which goes on waiting after a 1xx
//   0dMETHOD    ... sends a request in the dialog that it answered last
//   0kMETHOD    ... sends one in the dialog of the answer that it received last
//   0x          its connection breaks                  -tNNN      so many seconds pass
#include <deque>
#include <string>
#include <vector>

#include "fuzz/fuzz.h"
#include "sip/text.h"
#include "support/edge.h"

namespace flowgate::fuzz {
namespace {

using test::Edge;
using test::Packet;
using test::Phone;

constexpr std::size_t kMaxSteps = 64;

// A phone and what it remembers.
struct Resident {
  explicit Resident(Phone& its_phone) : phone(its_phone) {}
  Phone& phone;
  std::string sent;
  std::deque<Packet> requests;
  Packet answered, answer;
};

class Street {
 public:
  Street() {
    for (Phone* phone : {&edge_.udp("alice", "192.0.2.1:5060"), &edge_.udp("bob", "198.51.100.2:40002"),
                         &edge_.tcp("alice", "198.51.100.3:40003"), &edge_.tls("carol", "198.51.100.4:40004"),
                         &edge_.phone(Protocol::ws, "dave", "198.51.100.5:40005"),
                         &edge_.udp("alice", "[2001:db8::6]:5060")})
      residents_.emplace_back(*phone);
    residents_[2].phone.is_the_device_of(residents_[0].phone);
    residents_[3].phone.speaks(Dialect::draft);
    edge_.resolves("example.org", "192.0.2.1:5060");
  }

  void step(std::string_view line);
  void look_at_what_was_sent();
  void all_time_passes();

 private:
  void act(Resident& who, char what, const std::string& text);
  void sends(Resident& who, const std::string& text) {
    who.sent = text;
    who.phone.sends(text);
  }
  void answers(Resident& who, const std::string& text);
  void receives(Resident& who, const Packet& packet);

  Edge edge_;
  std::vector<Resident> residents_;
};

void Street::step(std::string_view line) {
  if (line.size() < 2) return;
  const std::string text{line.substr(2)};
  if (line[1] == 't') {
    const auto seconds = sip::parse_number(text, 4000).value_or(1);
    return edge_.passes(std::chrono::seconds{seconds});
  }
  act(residents_[static_cast<unsigned char>(line[0]) % residents_.size()], line[1], text);
}

void Street::act(Resident& who, char what, const std::string& text) {
  Phone& phone = who.phone;
  test::Dialog dialog;
  switch (what) {
    case 's':
      return sends(who, text);
    case 'r':
      return sends(who, phone.registers(phone.outbound_params(1), {text}));
    case 'o':
      return sends(who, phone.opens("INVITE", text));
    case 'n':
      return sends(who, phone.opens("MESSAGE", text));
    case 'w':
      return sends(who, phone.opens("SUBSCRIBE", text, {"Event: reg"}));
    case 'c':
      return phone.sends(phone.cancels(who.sent));
    case 'b':
      return phone.sends(phone.acknowledges(who.sent, who.answer));
    case 'a':
      return answers(who, text);
    case 'd':
      dialog = test::callee_side(who.answered, Packet(who.sent));
      return sends(who, phone.within(dialog, text));
    case 'k':
      dialog = test::caller_side(who.answer);
      return sends(who, phone.within(dialog, text));
    case 'x':
      if (is_stream(phone.flow().protocol)) edge_.breaks(phone);
      return;
    default:
      return;
  }
}

void Street::answers(Resident& who, const std::string& text) {
  if (who.requests.empty()) return;
  const Packet request = who.requests.front();
  if (request.has("Contact")) who.answered = request;
  const auto status = static_cast<int>(sip::parse_number(text.substr(0, 3), 699).value_or(200));
  if (status >= 200) who.requests.pop_front();
  const test::Lines lines = text.size() > 3 ? test::Lines{text.substr(3)} : test::Lines{};
  sends(who, who.phone.answers(request, status, lines));
}

void Street::receives(Resident& who, const Packet& packet) {
  std::string text = packet.text();
  const auto message = sip::Message::parse(text, {});
  require(message.has_value() && message->text().size() == text.size(), "the edge sends messages");
  require(message->count(sip::Header::via) > 0, "what the edge sends has a Via");
  if (!message->is_request()) {
    who.answer = packet;
    return;
  }
  require(!message->defect(), "the edge forwards only requests that are well formed");
  const bool waits = message->method() != sip::Method::ack;
  if (waits && who.requests.size() < kMaxSteps) who.requests.push_back(packet);
}

void Street::look_at_what_was_sent() {
  for (Resident& who : residents_) {
    while (who.phone.waiting() > 0) receives(who, who.phone.receives(""));
  }
}

void Street::all_time_passes() {
  edge_.passes(std::chrono::hours{3});
  look_at_what_was_sent();
  require(edge_.core().transactions() == 0, "no transaction outlives its timers");
  require(edge_.core().subscriptions() == 0, "no subscription outlives its time");
}

}  // namespace
}  // namespace flowgate::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowgate;
  fuzz::Choices script{fuzz::text_of(data, size)};
  fuzz::Street street;
  for (std::size_t steps = 0; !script.rest().empty() && steps < fuzz::kMaxSteps; ++steps) {
    street.step(script.until('\xff'));
    street.look_at_what_was_sent();
  }
  street.all_time_passes();
  return 0;
}
