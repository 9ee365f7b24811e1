#include "sip/writer.h"

#include <array>
#include <cassert>

#include "sip/text.h"

namespace flowgate::sip {
namespace {

// A field of the message as it came, but for white space at its end. Parsing left no CR or LF in it.
void copy_field(const Message& message, const Field& field, std::string& out) {
  const std::string_view line = message.at(field.line);
  const std::size_t value_end = field.value.end() - field.line.begin;
  if (line.size() == value_end + 2 && line[value_end] == '\r') {
    out.append(line);
  } else {
    out.append(line.substr(0, value_end)).append("\r\n");
  }
}

void copy_first(const Message& message, Header header, std::string& out) {
  if (const Field* field = message.find(header)) copy_field(message, *field, out);
}

void copy_all(const Message& message, Header header, std::string& out) {
  for (const Field* field = message.find(header); field; field = message.behind(*field))
    copy_field(message, *field, out);
}

void copy_vias(const Message& request, const Splice& splice, std::string& out) {
  for (const Field* via = request.find(Header::via); via; via = request.behind(*via)) {
    const std::uint32_t begin = splice.replaced.begin, end = splice.replaced.end();
    if (begin < via->value.begin || end > via->value.end()) {
      copy_field(request, *via, out);
      continue;
    }
    out.append(request.at({via->line.begin, begin - via->line.begin}));
    append_clean(out, splice.text);
    out.append(request.at({end, via->value.end() - end}));
    out.append("\r\n");
  }
}

// RFC 3261 §8.2.6.2: the To of the request; if it has no tag, one is added, in all responses but a 100.
void copy_to(const Message& request, std::string_view to_tag, std::string& out) {
  const Field* to = request.find(Header::to);
  if (!to) return;
  out.append(request.at({to->line.begin, to->value.end() - to->line.begin}));
  if (!to_tag.empty() && !tag_of(request.value(*to))) {
    out.append(";tag=");
    append_clean(out, to_tag);
  }
  out.append("\r\n");
}

// The request within `invite`'s transaction: ACK for a non-2xx, or CANCEL. `to` stands in `to_message`.
void write_within(const Message& invite, std::string_view method, const Message& to_message,
                  std::string_view reason, std::string& out) {
  out.append(method);
  out.push_back(' ');
  out.append(invite.request_uri());
  out.append(" SIP/2.0\r\n");

  FieldWriter fields{out};
  // §17.1.1.3, §9.1: a single Via, equal to the top one of the original request.
  if (const auto via = first_value(invite, Header::via)) fields.field("Via", {via->text});
  copy_all(invite, Header::route, out);
  fields.field("Max-Forwards", {"70"});
  copy_first(invite, Header::from, out);
  copy_first(to_message, Header::to, out);
  copy_first(invite, Header::call_id, out);
  if (const auto cseq = CSeq::parse(invite.value(Header::cseq))) {
    fields.field("CSeq", {std::to_string(cseq->number), " ", method});
  }
  if (!reason.empty()) fields.field("Reason", {reason});
  out.append("Content-Length: 0\r\n\r\n");
}

}  // namespace

FieldWriter& FieldWriter::field(std::string_view name, Pieces pieces) {
  append_field(*out_, name, pieces);
  return *this;
}

void FieldWriter::begin(std::string_view name) {
  begin_ = out_->size();
  out_->append(name).append(": ");
}

void FieldWriter::end() {
  clean_from(*out_, begin_);
  out_->append("\r\n");
}

void write_response(const Message& request, int status, std::string_view reason, std::string_view to_tag,
                    std::string_view fields, std::string& out, const Splice& via) {
  assert(status >= 100 && status <= 699);
  // What is copied from the request is less than the request, and its body stays behind.
  out.reserve(out.size() + request.fields_end() + fields.size() + to_tag.size() + via.text.size() + 64);
  const auto digit = [](int number) { return static_cast<char>('0' + number % 10); };
  const std::array<char, 12> start = {
      'S', 'I', 'P', '/', '2', '.', '0', ' ', digit(status / 100), digit(status / 10), digit(status), ' '};
  out.append(start.data(), start.size());
  append_clean(out, reason.empty() ? reason_phrase(status) : reason);
  out.append("\r\n");

  copy_vias(request, via, out);
  copy_first(request, Header::from, out);
  copy_to(request, status == 100 ? std::string_view{} : to_tag, out);
  copy_first(request, Header::call_id, out);
  copy_first(request, Header::cseq, out);
  if (status == 100) copy_first(request, Header::timestamp, out);
  out.append(fields);
  out.append("Content-Length: 0\r\n\r\n");
}

void write_ack(const Message& invite, const Message& response, std::string& out) {
  write_within(invite, "ACK", response, {}, out);
}

void write_cancel(const Message& invite, std::string_view reason, std::string& out) {
  write_within(invite, "CANCEL", invite, reason, out);
}

}  // namespace flowgate::sip
