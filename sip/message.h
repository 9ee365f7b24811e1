// A SIP message as it came: one buffer and a table of offsets into it (RFC 3261 §7).
//
// Nothing is copied and nothing decoded beyond the start line and the names of the header fields: values are
// decoded when asked for, by the functions of value.h, via.h, address.h and uri.h. Folded field values (RFC
// 3261 §7.3.1: CRLF and white space are one LWS) are unfolded in place while parsing: the CR and LF become
// spaces, so that from then on no view of a value holds a CR or LF.
#pragma once

#include <array>
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sip/error.h"
#include "sip/limits.h"

namespace flowgate::sip {

enum class Method : std::uint8_t {
  other,
  invite,
  ack,
  bye,
  cancel,
  register_,
  options,
  prack,
  subscribe,
  notify,
  publish,
  info,
  refer,
  message,
  update,
};
constexpr std::size_t method_count = static_cast<std::size_t>(Method::update) + 1;
Method method_from(std::string_view name);    // case-sensitive (RFC 3261 §7.1); `other` when unknown
std::string_view method_name(Method method);  // "" for `other`

// The header fields that flowgate looks at or moves; all others are `other` and are passed on as they are.
enum class Header : std::uint8_t {
  other,
  via,
  from,
  to,
  call_id,
  cseq,
  max_forwards,
  contact,
  route,
  record_route,
  path,
  service_route,
  expires,
  min_expires,
  supported,
  require,
  proxy_require,
  unsupported,
  content_length,
  content_type,
  authorization,
  proxy_authorization,
  www_authenticate,
  proxy_authenticate,
  retry_after,
  max_breadth,
  flow_timer,
  refer_to,
  target_dialog,
  event,
  allow,
  timestamp,
  date,
  identity,
  p_asserted_identity,
  p_preferred_identity,
  remote_party_id,
  privacy,
  last = privacy,
};
Header header_from(std::string_view name);  // any case, compact forms (RFC 3261 §7.3.3)
// The header whose name, `size` octets, and a colon right behind it `line` begins with; `other` when unknown.
struct KnownName {
  Header header = Header::other;
  std::size_t size = 0;
};
KnownName known_name(std::string_view line);
std::string_view header_name(Header header);  // the long form, as we write it; "" for `other`

struct Range {
  std::uint32_t begin = 0;
  std::uint32_t size = 0;
  std::uint32_t end() const { return begin + size; }
};

// One header field line. `value` has no surrounding white space; `line` runs from the name to behind the
// CRLF.
struct Field {
  Header header = Header::other;
  std::uint16_t next = 0;  // of the same header: its index plus one; 0: none
  Range name;
  Range value;
  Range line;
};

// Moving takes over the other table or copies within its own: it never allocates.
// NOLINTNEXTLINE(bugprone-exception-escape)
class Message {
 public:
  // Parses `text` in place (unfolding is the only change made to it). The message views `text`, which must
  // stay where it is; see `moved_to` when it must move. Takes a lone LF for CRLF; CRLFs in front of the start
  // line are skipped (§7.5). Errors: not_sip, incomplete, too_large. A message with a malformed line inside
  // is still a message, so that it can be answered: see `defect`.
  //
  // The body is what Content-Length says, at most what is there; a datagram without Content-Length runs to
  // its end, surplus octets are dropped (§18.3). A body shorter than its Content-Length is a defect
  // (bad_number).
  [[nodiscard]] static Result<Message> parse(std::span<char> text, const Limits& limits);

  Message();

  bool is_request() const { return status_ == 0; }
  // The first thing found wrong with the start line or a header field line; no error when all lines are well
  // formed.
  boost::system::error_code defect() const { return defect_; }

  // Request-Line
  Method method() const { return method_; }
  std::string_view method_text() const { return at(method_text_); }
  std::string_view request_uri() const { return at(request_uri_); }
  Range request_uri_range() const { return request_uri_; }
  // "SIP/2.0" in any case; anything else is answered 505 (§21.5.6).
  bool version_is_2_0() const { return version_is_2_0_; }
  // Where that stands. Of a message whose start line has no defect.
  Range version_range() const;
  // A line of its head, or the empty line behind that, ends in an LF without a CR.
  bool has_lone_lf() const { return has_lone_lf_; }
  // Status-Line. The status is 100 to 699, or -1 in a response with a malformed one (which has a defect).
  int status() const { return status_; }
  std::string_view reason() const { return at(reason_); }

  std::span<const Field> fields() const { return {fields_.data(), fields_.size()}; }
  // The first field of that header, or nullptr.
  const Field* find(Header header) const { return at_index(first_[static_cast<std::size_t>(header)]); }
  // The next one of the same header, or nullptr.
  const Field* behind(const Field& field) const { return at_index(field.next); }
  // The value of the first field of that header, or "" when there is none.
  std::string_view value(Header header) const;
  std::string_view value(const Field& field) const { return at(field.value); }
  std::string_view name(const Field& field) const { return at(field.name); }
  std::size_t count(Header header) const;

  std::string_view body() const { return at(body_); }
  Range body_range() const { return body_; }
  // Where the start line ends (behind its CRLF): new fields may be put here.
  std::uint32_t fields_begin() const { return fields_begin_; }
  // Where the empty line begins: the end of the header fields.
  std::uint32_t fields_end() const { return fields_end_; }

  // Start line to end of body; leading CRLFs and surplus octets are not part of it.
  std::string_view text() const { return {base_, end_}; }
  std::string_view at(Range range) const { return {base_ + range.begin, range.size}; }
  // The offset of a view that points into this message's text.
  Range range_of(std::string_view view) const;

  // The same message over a copy of text() at another place.
  Message moved_to(const char* base) const;
  // The same message over a copy of text() in which `replaced`, a part of one field value, has become `size`
  // octets.
  Message spliced_at(const char* base, Range replaced, std::uint32_t size) const;

 private:
  class Parser;

  // `index` counts from one; 0: none.
  const Field* at_index(std::size_t index) const { return index == 0 ? nullptr : fields_.data() + index - 1; }

  const char* base_ = nullptr;  // where the start line begins; all ranges count from here
  std::uint32_t end_ = 0;
  boost::container::small_vector<Field, 24> fields_;
  // Of each header the index of the first field, plus one; 0: none. Headers are asked for again and again.
  std::array<std::uint16_t, static_cast<std::size_t>(Header::last) + 1> first_{};
  Range method_text_, request_uri_, reason_, body_;
  std::uint32_t fields_begin_ = 0, fields_end_ = 0;
  int status_ = 0;
  Method method_ = Method::other;
  bool version_is_2_0_ = true;
  bool has_lone_lf_ = false;
  boost::system::error_code defect_;
};

// A message that owns its text, for what must outlive the buffer that it came in. Movable: the text stays
// put.
class StoredMessage {
 public:
  StoredMessage() = default;
  explicit StoredMessage(const Message& message);
  // A copy in which `replaced`, a part of one field value, is `text`: put in as Edits does, CR, LF and NUL as
  // spaces.
  StoredMessage(const Message& message, Range replaced, std::string_view text);
  const Message& get() const { return message_; }
  const Message* operator->() const { return &message_; }
  explicit operator bool() const { return text_ != nullptr; }

 private:
  std::unique_ptr<char[]> text_;
  Message message_;
};

}  // namespace flowgate::sip
