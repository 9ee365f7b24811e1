// Octets as one SIP message, and the messages that we make from it.
#include <algorithm>
#include <string>

#include "fuzz/fuzz.h"
#include "sip/address.h"
#include "sip/message.h"
#include "sip/value.h"
#include "sip/via.h"
#include "sip/writer.h"

namespace flowgate::fuzz {
namespace {

using sip::Header;
using sip::Message;

bool has_line_end(std::string_view text) {
  return text.find_first_of("\r\n") != std::string_view::npos;
}

void look_at_lines(const Message& message) {
  const std::string_view text = message.text();
  require(!has_line_end(message.method_text()) && !has_line_end(message.request_uri()) &&
              !has_line_end(message.reason()),
          "no part of the start line holds a line end");
  std::uint32_t at = message.fields_begin();
  for (const sip::Field& field : message.fields()) {
    require(field.line.begin == at, "a line begins where the one before it ends");
    at = field.line.end();
    require(is_part_of(message.at(field.name), message.at(field.line)) &&
                is_part_of(message.at(field.value), message.at(field.line)),
            "name and value are parts of their line");
    require(!has_line_end(message.name(field)) && !has_line_end(message.value(field)),
            "no view of a value holds a line end");
    require(field.header == Header::other || message.find(field.header) != nullptr, "a known field is found");
  }
  require(at == message.fields_end() && at <= text.size(), "the header ends behind its last line");
  require(is_part_of(message.body(), text), "the body is part of the message");
}

void read_values(const Message& message, Header header) {
  for (sip::Values values{message, header}; const auto value = values.next();) {
    require(is_part_of(value->text, message.value(*value->field)), "a value is part of its field");
    if (header == Header::via) (void)sip::Via::parse(value->text);
    if (header != Header::via) (void)sip::Address::parse(value->text);
  }
}

// What is malformed is answered and not sent on, so that its octets need not mean the same to the next hop.
void same_again(const Message& message) {
  if (message.defect()) return;
  std::string copy{message.text()};
  const auto again = Message::parse(copy, {});
  require(again.has_value(), "a parsed message can be parsed again");
  require(again->text() == message.text(), "parsing a parsed message changes nothing");
  require(again->fields().size() == message.fields().size(), "parsing again finds the same lines");
  require(!again->defect(), "parsing again finds no defect");
}

void must_parse(std::string text, const Message& source, const char* sentence) {
  const auto message = Message::parse(text, {});
  // Our own limits may not hold for a header that grew by a tag and a Content-Length.
  if (!message && message.error() == sip::Error::too_large) return;
  require(message.has_value() && message->text().size() == text.size(), sentence);
  require(!message->defect() || source.defect(), "what we write is well formed when what we read was");
  look_at_lines(*message);
}

void answer(const Message& request) {
  std::string response;
  sip::write_response(request, 404, "", "tag", "", response);
  must_parse(response, request, "a response is a message");
  const auto parsed = Message::parse(response, {});
  if (!parsed) return;
  require(parsed->status() == 404, "a response has its status");
  require(parsed->count(Header::via) == request.count(Header::via), "a response has the Vias of the request");
  require(parsed->count(Header::content_length) == 1 && parsed->body().empty(), "a response has no body");

  std::string ack, cancel;
  sip::write_ack(request, *parsed, ack);
  must_parse(ack, request, "an ACK is a message");
  sip::write_cancel(request, {}, cancel);
  must_parse(cancel, request, "a CANCEL is a message");
}

}  // namespace
}  // namespace flowgate::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowgate;
  std::string text{fuzz::text_of(data, size)};
  const auto message = sip::Message::parse(text, {});
  if (!message) return 0;
  fuzz::look_at_lines(*message);
  for (const sip::Header header : {sip::Header::via, sip::Header::from, sip::Header::contact,
                                   sip::Header::route, sip::Header::supported, sip::Header::other})
    fuzz::read_values(*message, header);
  (void)sip::CSeq::parse(message->value(sip::Header::cseq));
  (void)sip::has_option(*message, sip::Header::supported, "outbound");
  fuzz::same_again(*message);
  if (message->is_request()) fuzz::answer(*message);

  const sip::StoredMessage stored{*message};
  fuzz::require(stored->text() == message->text(), "a stored message is the message");
  return 0;
}
