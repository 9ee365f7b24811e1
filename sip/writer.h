// Messages of our own: responses (RFC 3261 §8.2.6), ACK for a non-2xx (§17.1.1.3), CANCEL (§9.1).
#pragma once

#include <string>
#include <string_view>

#include "sip/edits.h"
#include "sip/message.h"

namespace flowgate::sip {

// The reason phrase that RFC 3261 §21 (RFC 5626, RFC 5627, ... for later codes) gives to a status; "Unknown"
// otherwise.
std::string_view reason_phrase(int status);

// Writes header fields to a string, with Edits' guarantee: no piece can carry a CR, LF or NUL.
class FieldWriter {
 public:
  explicit FieldWriter(std::string& out) : out_(&out) {}
  FieldWriter& field(std::string_view name, Pieces pieces);

  // A field whose value the caller appends to the string himself, between the two calls.
  void begin(std::string_view name);
  void end();

 private:
  std::string* out_;
  std::size_t begin_ = 0;  // of the line that is being written
};

// A part of the message as it came, and what it is to be instead.
struct Splice {
  Range replaced{};
  std::string_view text{};
  bool empty() const { return replaced.size == 0 && text.empty(); }
};

// Appends a response to `request`: Status-Line, all Vias in order, From, To (with `to_tag` when the request's
// To has no tag and the status is not 100), Call-ID, CSeq, Timestamp for a 100 (§8.2.6.1), `fields` (whole
// lines made by a FieldWriter, or ""), Content-Length: 0. An empty reason means the usual phrase. `via`: of a
// Via value.
void write_response(const Message& request, int status, std::string_view reason, std::string_view to_tag,
                    std::string_view fields, std::string& out, const Splice& via = {});

// Appends the ACK for a non-2xx final `response` to `invite`, the request as it was sent (§17.1.1.3): same
// Request-URI, top Via, Route, Call-ID, From, CSeq number; To of the response.
void write_ack(const Message& invite, const Message& response, std::string& out);

// Appends the CANCEL for `invite` as it was sent (§9.1): same Request-URI, top Via only, Route, From, To,
// Call-ID, CSeq number; Reason (RFC 3326) unless it is "".
void write_cancel(const Message& invite, std::string_view reason, std::string& out);

}  // namespace flowgate::sip
