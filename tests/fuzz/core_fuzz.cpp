// Phones that send what they like to a core. Each line of the script (they end in an octet that is not UTF-8,
// 0xff) begins with who and what:
//
//   0sTEXT     phone 0 sends the text as it is        0rLINE    ... registers; the line is added, as below
//   0oURI      ... sends an INVITE to the URI         0nURI     ... a MESSAGE, answered by whoever gets it
//   0aNNNLINE  ... answers what it received first     0dMETHOD  ... sends a request in that dialog
//   0c         ... cancels what it sent last          0x        its connection breaks
//   -tNNN      so many seconds pass
#include <memory>
#include <optional>
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

class Street {
 public:
  Street() {
    phones_ = {&edge_.udp("alice", "192.0.2.1:5060"),
               &edge_.udp("bob", "198.51.100.2:40002"),
               &edge_.tcp("alice", "198.51.100.3:40003"),
               &edge_.tls("carol", "198.51.100.4:40004"),
               &edge_.phone(Protocol::ws, "dave", "198.51.100.5:40005"),
               &edge_.udp("erin", "[2001:db8::6]:5060")};
    phones_[2]->is_the_device_of(*phones_[0]);
    phones_[3]->speaks(Dialect::draft);
    edge_.resolves("example.org", "192.0.2.1:5060");
    sent_.resize(phones_.size());
    received_.resize(phones_.size());
  }

  void step(std::string_view line);
  void look_at_what_was_sent();
  void all_time_passes();

 private:
  void act(std::size_t number, char what, const std::string& text);
  void sends(std::size_t number, std::string text) {
    sent_[number] = text;
    phones_[number]->sends(text);
  }
  void answers(std::size_t number, const std::string& text);

  Edge edge_;
  std::vector<Phone*> phones_;
  std::vector<std::string> sent_;
  std::vector<std::vector<Packet>> received_;
};

void Street::step(std::string_view line) {
  if (line.size() < 2) return;
  const std::string text{line.substr(2)};
  if (line[1] == 't') {
    const auto seconds = sip::parse_number(text, 4000).value_or(1);
    return edge_.passes(std::chrono::seconds{seconds});
  }
  act(static_cast<unsigned char>(line[0]) % phones_.size(), line[1], text);
}

void Street::act(std::size_t number, char what, const std::string& text) {
  Phone& phone = *phones_[number];
  switch (what) {
    case 's':
      return sends(number, text);
    case 'r':
      return sends(number, phone.registers(phone.outbound_params(1), {text}));
    case 'o':
      return sends(number, phone.opens("INVITE", text));
    case 'n':
      return sends(number, phone.opens("MESSAGE", text));
    case 'a':
      return answers(number, text);
    case 'd':
      if (received_[number].empty()) return;
      {
        test::Dialog dialog = test::callee_side(received_[number].back(), received_[number].back());
        return sends(number, phone.within(dialog, text));
      }
    case 'c':
      if (!sent_[number].empty()) sends(number, phone.cancels(sent_[number]));
      return;
    case 'x':
      if (is_stream(phone.flow().protocol)) edge_.breaks(phone);
      return;
    default:
      return;
  }
}

void Street::answers(std::size_t number, const std::string& text) {
  auto& received = received_[number];
  if (received.empty()) return;
  const Packet request = received.front();
  received.erase(received.begin());
  const auto status = sip::parse_number(text.substr(0, 3), 699).value_or(200);
  const std::string line = text.size() > 3 ? text.substr(3) : "X: y";
  sends(number, phones_[number]->answers(request, static_cast<int>(status), {line}));
}

// Whatever leaves the edge is one whole message, and what it forwards is well formed.
void Street::look_at_what_was_sent() {
  for (std::size_t number = 0; number < phones_.size(); ++number) {
    while (phones_[number]->waiting() > 0) {
      const Packet packet = phones_[number]->receives("");
      std::string text = packet.text();
      const auto message = sip::Message::parse(text, {});
      require(message.has_value() && message->text().size() == text.size(), "the edge sends messages");
      require(message->count(sip::Header::via) > 0, "what the edge sends has a Via");
      if (!message->is_request()) continue;
      require(!message->defect(), "the edge forwards requests that are well formed only");
      if (received_[number].size() < kMaxSteps) received_[number].push_back(packet);
    }
  }
}

void Street::all_time_passes() {
  for (int hour = 0; hour < 3; ++hour) edge_.passes(std::chrono::hours{1});
  look_at_what_was_sent();
  require(edge_.core().transactions() == 0, "no transaction outlives its timers");
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
