#include "transport/dns/reply.h"

#include <ares.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "transport/dns/name.h"
#include "transport/socket_address.h"

namespace flowgate::dns {
namespace {

constexpr std::uint16_t soa = 6;

// Reads numbers and skips names from front to end; over the end, it stays there and is bad.
class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> octets) : octets_(octets) {}

  bool bad() const { return bad_; }
  std::uint32_t number(std::size_t octets) {
    std::uint32_t value = 0;
    for (const std::uint8_t octet : take(octets)) value = value << 8 | octet;
    return value;
  }
  std::span<const std::uint8_t> take(std::size_t octets) {
    if (octets > octets_.size()) {
      bad_ = true;
      octets_ = {};
      return {};
    }
    const auto taken = octets_.first(octets);
    octets_ = octets_.subspan(octets);
    return taken;
  }
  // RFC 1035 §4.1.4: labels, up to the root or a pointer. Pointers are not followed.
  void skip_name() {
    while (!bad_) {
      const std::uint32_t length = number(1);
      if (length == 0) return;
      if (length >= 0xc0) return static_cast<void>(take(1));
      if (length > 63) bad_ = true;
      take(length);
    }
  }

 private:
  std::span<const std::uint8_t> octets_;
  bool bad_ = false;
};

struct Record {
  std::uint16_t type = 0;
  std::uint32_t ttl = 0;
  std::span<const std::uint8_t> data;
};

Record read_record(Reader& reader) {
  Record record;
  reader.skip_name();
  record.type = static_cast<std::uint16_t>(reader.number(2));
  reader.number(2);  // class
  record.ttl = reader.number(4);
  // RFC 2181 §8: "should treat TTL values received with the most significant bit set as if the entire value
  // received was zero."
  if (record.ttl > 0x7fffffff) record.ttl = 0;
  record.data = reader.take(reader.number(2));
  return record;
}

// RFC 2308 §3: "the minimum of the MINIMUM field of the SOA record and the TTL of the SOA itself". MINIMUM is
// the last field.
std::uint32_t negative_ttl(const Record& record) {
  if (record.data.size() < 4) return record.ttl;
  return std::min(record.ttl, Reader(record.data.last(4)).number(4));
}

// Lists that c-ares makes and frees.
template <typename Reply>
struct List {
  ~List() {
    if (first) ares_free_data(first);
  }
  Reply* first = nullptr;
};

// c-ares' words end with a zero. Longer than any that mean something here: "".
std::string short_text(const unsigned char* text) {
  const std::string_view view(reinterpret_cast<const char*>(text));
  return view.size() > 32 ? std::string() : std::string(view);
}
std::string name_text(const char* text) {
  return canonical_name(text).value_or(".");
}

int parse_a(const unsigned char* reply, int size, Answer& answer) {
  std::array<ares_addrttl, max_records> records;
  int count = static_cast<int>(records.size());
  const int status = ares_parse_a_reply(reply, size, nullptr, records.data(), &count);
  if (status != ARES_SUCCESS) return status;
  for (int i = 0; i < count; ++i) {
    answer.addresses.push_back(transport::endpoint_of(records[static_cast<std::size_t>(i)].ipaddr, 0));
  }
  return status;
}

int parse_aaaa(const unsigned char* reply, int size, Answer& answer) {
  std::array<ares_addr6ttl, max_records> records;
  int count = static_cast<int>(records.size());
  const int status = ares_parse_aaaa_reply(reply, size, nullptr, records.data(), &count);
  if (status != ARES_SUCCESS) return status;
  for (int i = 0; i < count; ++i) {
    in6_addr address;
    static_assert(sizeof address == sizeof(ares_in6_addr));
    std::memcpy(&address, &records[static_cast<std::size_t>(i)].ip6addr, sizeof address);
    answer.addresses.push_back(transport::endpoint_of(address, 0));
  }
  return status;
}

int parse_srv(const unsigned char* reply, int size, Answer& answer) {
  List<ares_srv_reply> list;
  const int status = ares_parse_srv_reply(reply, size, &list.first);
  for (auto* record = list.first; record && answer.srv.size() < max_records; record = record->next) {
    answer.srv.push_back({record->priority, record->weight, record->port, name_text(record->host)});
  }
  return status;
}

int parse_naptr(const unsigned char* reply, int size, Answer& answer) {
  List<ares_naptr_reply> list;
  const int status = ares_parse_naptr_reply(reply, size, &list.first);
  for (auto* record = list.first; record && answer.naptr.size() < max_records; record = record->next) {
    // Only whether there is a regular expression matters; those of other services can be long.
    answer.naptr.push_back({record->order, record->preference, short_text(record->flags),
                            short_text(record->service), record->regexp[0] ? "!" : "",
                            name_text(record->replacement)});
  }
  return status;
}

int parse(Type type, const unsigned char* reply, int size, Answer& answer) {
  switch (type) {
    case Type::a:
      return parse_a(reply, size, answer);
    case Type::aaaa:
      return parse_aaaa(reply, size, answer);
    case Type::srv:
      return parse_srv(reply, size, answer);
    case Type::naptr:
      return parse_naptr(reply, size, answer);
  }
  return ARES_EBADRESP;
}

}  // namespace

Answer parse_reply(Type type, std::span<const std::uint8_t> reply) {
  Answer answer;
  const auto ttl = ttl_of(reply);
  answer.ttl = ttl.value_or(std::chrono::seconds(0));
  const int status = parse(type, reply.data(), static_cast<int>(reply.size()), answer);
  const bool empty = answer.addresses.empty() && answer.srv.empty() && answer.naptr.empty();
  if (status == ARES_SUCCESS && !empty && ttl) {
    answer.outcome = Outcome::found;
  } else if (status == ARES_ENODATA || status == ARES_ENOTFOUND || (status == ARES_SUCCESS && empty)) {
    answer.outcome = Outcome::none;
  } else {
    answer = {};
  }
  return answer;
}

std::optional<std::chrono::seconds> ttl_of(std::span<const std::uint8_t> reply) {
  Reader reader(reply);
  reader.take(4);  // ID and flags
  const std::uint32_t questions = reader.number(2), answers = reader.number(2), authority = reader.number(2);
  reader.number(2);  // additional records
  for (std::uint32_t i = 0; i < questions && !reader.bad(); ++i) {
    reader.skip_name();
    reader.number(4);
  }
  std::optional<std::uint32_t> ttl;
  for (std::uint32_t i = 0; i < answers + authority && !reader.bad(); ++i) {
    if (i == answers && ttl) break;
    const Record record = read_record(reader);
    if (reader.bad() || (i >= answers && record.type != soa)) continue;
    const std::uint32_t own = i < answers ? record.ttl : negative_ttl(record);
    ttl = std::min(ttl.value_or(own), own);
  }
  if (reader.bad() || !ttl) return std::nullopt;
  return std::chrono::seconds(*ttl);
}

}  // namespace flowgate::dns
