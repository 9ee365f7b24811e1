// A message, edited as a proxy does, is a message again, and nothing that was put in became a line or a
// field. The octets in front of the first NUL choose the edits, those in front of the second are put in.
#include <string>
#include <vector>

#include "fuzz/fuzz.h"
#include "sip/edits.h"
#include "sip/message.h"
#include "sip/value.h"

namespace flowgate::fuzz {
namespace {

using sip::Header;
using sip::Message;

enum class Operation { none, insert_before, replace, remove, remove_values };

// One walk along a message: the edits, and the names of the fields that must come out.
class Walk {
 public:
  Walk(const Message& message, Choices& choices, std::string_view text)
      : message_(message), choices_(choices), text_(text) {}

  void run() {
    if (choices_.octet() % 2 != 0) insert(message_.fields_begin());
    for (const sip::Field& field : message_.fields()) edit(field);
    if (choices_.octet() % 2 != 0) insert(message_.fields_end());
  }
  const sip::Edits& edits() const { return edits_; }
  const std::vector<std::string>& names() const { return names_; }
  // Of the headers of which single values were taken away: what is left.
  const std::vector<std::string>& values() const { return values_; }

 private:
  void insert(std::uint32_t offset) {
    edits_.insert_field(offset, "Inserted", {text_, text_});
    names_.emplace_back("Inserted");
  }
  void edit(const sip::Field& field);
  void remove_values(const sip::Field& field);
  void keep(const sip::Field& field) { names_.emplace_back(message_.name(field)); }

  const Message& message_;
  Choices& choices_;
  std::string_view text_;
  sip::Edits edits_;
  std::vector<std::string> names_, values_;
};

void Walk::edit(const sip::Field& field) {
  const auto operation = static_cast<Operation>(choices_.octet() % 5);
  // Where the body ends is not the business of this target.
  if (field.header == Header::content_length) return keep(field);
  switch (operation) {
    case Operation::none:
      return keep(field);
    case Operation::insert_before:
      insert(field.line.begin);
      return keep(field);
    case Operation::replace:
      edits_.replace(field.value, {text_});
      return keep(field);
    case Operation::remove:
      return edits_.remove_field(field);
    case Operation::remove_values:
      return remove_values(field);
  }
}

void Walk::remove_values(const sip::Field& field) {
  std::size_t values = 0, removed = 0;
  for (sip::Values all{message_, field.header}; const auto value = all.next();) {
    if (value->field != &field) continue;
    ++values;
    if (choices_.octet() % 2 != 0) {
      ++removed;
      edits_.remove_value(message_, *value);
    } else {
      values_.emplace_back(value->text);
    }
  }
  if (values == 0 || removed < values) keep(field);
}

void compare(const Message& before, std::string text, const Walk& walk) {
  const std::string_view body = before.body();
  const auto after = Message::parse(text, {});
  if (!after && after.error() == sip::Error::too_large) return;
  require(after.has_value() && after->text().size() == text.size(), "an edited message is a message");
  require(after->body() == body, "no edit of the header changes the body");
  require(after->fields().size() == walk.names().size(), "as many fields come out as were left and put in");
  for (std::size_t i = 0; i < walk.names().size(); ++i) {
    require(after->name(after->fields()[i]) == walk.names()[i], "the fields come out in order");
  }
  for (const std::string& value : walk.values()) {
    require(text.find(value) != std::string::npos, "a value that was not removed is still there");
  }
}

// A StoredMessage with a value replaced is what Edits and the parser make of the same replacement.
void splice(const Message& message, const sip::Field& field, std::string_view text) {
  const sip::StoredMessage spliced{message, field.value, text};
  sip::Edits edits;
  edits.replace(field.value, {text});
  std::string expected;
  edits.write(message, expected);
  // Which ends each line of its head as it should be; a copy is as it came.
  require(message.has_lone_lf() || spliced->text() == expected,
          "a spliced message has the text of the edited one");
  require(spliced->body() == message.body(), "a spliced message has its body");
  for (std::size_t i = 0; i < message.fields().size(); ++i) {
    const sip::Field& before = message.fields()[i];
    const sip::Field& after = spliced->fields()[i];
    require(spliced->name(after) == message.name(before), "splicing leaves the names");
    require(&before == &field || spliced->value(after) == message.value(before), "... and other values");
  }
}

}  // namespace
}  // namespace flowgate::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowgate;
  fuzz::Choices input{fuzz::text_of(data, size)};
  fuzz::Choices choices{input.until('\0')};
  const std::string_view put_in = input.until('\0');
  std::string text{input.rest()};
  const auto message = sip::Message::parse(text, {});
  if (!message || message->defect() || put_in.size() > 1024) return 0;

  fuzz::Walk walk{*message, choices, put_in};
  walk.run();
  std::string out;
  walk.edits().write(*message, out);
  fuzz::compare(*message, out, walk);
  for (const sip::Field& field : message->fields()) {
    if (field.header != sip::Header::content_length) fuzz::splice(*message, field, put_in);
  }
  return 0;
}
