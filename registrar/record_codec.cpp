#include "registrar/record_codec.h"

#include <array>
#include <cstdint>

namespace flowgate::registrar {
namespace {

constexpr std::uint8_t version = 2, first_version = 1;
// What a binding takes at least: its fixed parts, and one octet for each number and length.
constexpr std::size_t least_binding = 2 + 7 + 4 + 4 * 8 + 2 * (4 + 2) + 1;

constexpr std::uint8_t draft_flag = 1, outbound_flag = 2, by_flow_flag = 4, local_v6_flag = 8,
                       remote_v6_flag = 16;
constexpr std::uint8_t all_flags = 31;

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "record"; }
  std::string message(int error) const override {
    return error == static_cast<int>(RecordError::unknown_version) ? "a record of an unknown version"
                                                                   : "a malformed record";
  }
};

class Writer {
 public:
  explicit Writer(std::string& octets) : octets_(octets) {}

  void octet(std::uint8_t value) { octets_.push_back(static_cast<char>(value)); }
  void fixed(std::uint64_t value, std::size_t size) {
    std::array<char, 8> all{};
    for (std::size_t i = 0; i < 8; ++i) all.at(7 - i) = static_cast<char>(value >> (8 * i));
    octets_.append(all.data() + 8 - size, size);
  }
  void number(std::uint64_t value) {
    for (; value > 0x7f; value >>= 7) octet(static_cast<std::uint8_t>(value | 0x80));
    octet(static_cast<std::uint8_t>(value));
  }
  void text(std::string_view value) {
    number(value.size());
    octets_.append(value);
  }
  // A text that is mostly a part of `whole`.
  void part(std::string_view value, std::string_view whole) {
    const std::size_t place = value.empty() ? whole.npos : whole.find(value);
    if (place == whole.npos) {
      number(0);
      return text(value);
    }
    number(place + 1);
    number(value.size());
  }
  void endpoint(const Endpoint& value) {
    octets_.append(reinterpret_cast<const char*>(value.ip.data()), value.v6 ? 16 : 4);
    fixed(value.port, 2);
  }

 private:
  std::string& octets_;
};

// Behind the first part that is not there everything reads as zero, and good() is false.
class Reader {
 public:
  explicit Reader(std::string_view octets) : rest_(octets) {}

  bool good() const { return good_; }
  std::size_t left() const { return rest_.size(); }

  std::uint8_t octet() {
    const std::string_view one = take(1);
    return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one.front());
  }
  std::uint64_t fixed(int size) {
    std::uint64_t value = 0;
    while (size-- > 0) value = value << 8 | octet();
    return value;
  }
  std::uint64_t number(std::uint64_t most) {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = octet();
      value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
      if (next <= 0x7f) return checked(value, value <= most);
    }
    return checked(0, false);
  }
  void text(std::string& value) { value = take(number(rest_.size())); }
  void part(std::string& value, std::string_view whole) {
    const std::uint64_t place = number(whole.size());
    if (place == 0) return text(value);
    const std::uint64_t size = number(whole.size() - (place - 1));
    if (good_) value = whole.substr(place - 1, size);
  }
  void endpoint(Endpoint& value, bool v6) {
    for (std::size_t i = 0; i < (v6 ? 16U : 4U); ++i) value.ip.at(i) = octet();
    value.port = static_cast<std::uint16_t>(fixed(2));
    value.v6 = v6;
  }
  std::uint64_t checked(std::uint64_t value, bool valid) {
    good_ = good_ && valid;
    return good_ ? value : 0;
  }

 private:
  std::string_view take(std::uint64_t size) {
    good_ = good_ && size <= rest_.size();
    if (!good_) return {};
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
  bool good_ = true;
};

std::uint8_t flags_of(const Binding& binding) {
  return static_cast<std::uint8_t>(
      (binding.dialect == Dialect::draft ? draft_flag : 0) | (binding.outbound ? outbound_flag : 0) |
      (binding.by_flow ? by_flow_flag : 0) | (binding.flow.local.v6 ? local_v6_flag : 0) |
      (binding.flow.remote.v6 ? remote_v6_flag : 0));
}

std::size_t room_for(const Binding& binding) {
  constexpr std::size_t numbers = 160;  // of the longest
  return numbers + binding.contact.size() + binding.uri.size() + binding.instance.size() +
         binding.call_id.size() + binding.path.size() + binding.node.size() + binding.route.size();
}

void write(const Binding& binding, const ClockReading& clocks, Writer& writer) {
  writer.octet(flags_of(binding));
  writer.octet(static_cast<std::uint8_t>(binding.flow.protocol));
  writer.text(binding.contact);
  writer.part(binding.uri, binding.contact);
  writer.part(binding.instance, binding.contact);
  for (const std::string* text : {&binding.call_id, &binding.path, &binding.node, &binding.route})
    writer.text(*text);
  for (const std::uint32_t number :
       {binding.reg_id, binding.cseq, std::uint32_t{binding.q_milli}, binding.first_cseq}) {
    writer.number(number);
  }
  writer.fixed(binding.epoch, 8);
  for (const Instant instant : {binding.registered, binding.updated, binding.expires}) {
    writer.fixed(static_cast<std::uint64_t>(clocks.wall_us(instant)), 8);
  }
  writer.endpoint(binding.flow.local);
  writer.endpoint(binding.flow.remote);
  writer.number(binding.flow.serial);
}

void read(Reader& reader, std::uint8_t written_as, const ClockReading& clocks, Binding& binding) {
  const std::uint8_t flags = reader.octet();
  reader.checked(0, (flags & ~all_flags) == 0);
  binding.dialect = (flags & draft_flag) != 0 ? Dialect::draft : Dialect::rfc;
  binding.outbound = (flags & outbound_flag) != 0;
  binding.by_flow = (flags & by_flow_flag) != 0;
  const std::uint8_t protocol = reader.octet();
  binding.flow.protocol =
      static_cast<Protocol>(reader.checked(protocol, protocol <= static_cast<std::uint8_t>(Protocol::wss)));
  reader.text(binding.contact);
  for (std::string* part : {&binding.uri, &binding.instance})
    written_as == first_version ? reader.text(*part) : reader.part(*part, binding.contact);
  for (std::string* text : {&binding.call_id, &binding.path, &binding.node, &binding.route})
    reader.text(*text);
  constexpr std::uint64_t most = 0xffffffff;
  binding.reg_id = static_cast<std::uint32_t>(reader.number(most));
  binding.cseq = static_cast<std::uint32_t>(reader.number(most));
  binding.q_milli = static_cast<std::uint16_t>(reader.number(1000));
  binding.first_cseq = static_cast<std::uint32_t>(reader.number(most));
  binding.epoch = reader.fixed(8);
  for (Instant* instant : {&binding.registered, &binding.updated, &binding.expires}) {
    *instant = clocks.instant(static_cast<std::int64_t>(reader.fixed(8)));
  }
  reader.endpoint(binding.flow.local, (flags & local_v6_flag) != 0);
  reader.endpoint(binding.flow.remote, (flags & remote_v6_flag) != 0);
  binding.flow.serial = reader.number(~std::uint64_t{0});
}

}  // namespace

const boost::system::error_category& record_category() {
  static const Category category;
  return category;
}

boost::system::error_code make_error_code(RecordError error) {
  return {static_cast<int>(error), record_category()};
}

void encode_record(const Record& record, const ClockReading& clocks, std::string& octets) {
  std::size_t size = octets.size() + 16;
  for (const Binding& binding : record.bindings) size += room_for(binding);
  octets.reserve(size);
  Writer writer(octets);
  writer.octet(version);
  writer.number(record.bindings.size());
  for (const Binding& binding : record.bindings) write(binding, clocks, writer);
}

boost::system::result<Record> decode_record(std::string_view octets, const ClockReading& clocks) {
  Reader reader(octets);
  const std::uint8_t written_as = reader.octet();
  if (!reader.good()) return RecordError::malformed;
  if (written_as < first_version || written_as > version) return RecordError::unknown_version;
  Record record;
  // Room is made for no more bindings than can be there.
  record.bindings.resize(reader.number(reader.left() / least_binding));
  for (Binding& binding : record.bindings) {
    read(reader, written_as, clocks, binding);
    if (!reader.good()) break;
  }
  if (!reader.good() || reader.left() != 0) return RecordError::malformed;
  return record;
}

}  // namespace flowgate::registrar
