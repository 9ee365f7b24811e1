#include "proxy/transaction_key.h"

#include <array>
#include <initializer_list>

#include "flowtoken/keyed_hash.h"
#include "sip/address.h"
#include "sip/text.h"
#include "sip/value.h"

namespace flowgate::proxy {
namespace {

// Fields put together to be hashed, in memory that is used again; one at a time. None can be confused with
// another: NUL stands behind each, and occurs in none but a last one of fixed size.
class HashedText {
 public:
  explicit HashedText(std::initializer_list<std::string_view> fields) : text_(memory()) {
    std::size_t size = 0;
    for (const std::string_view field : fields) size += field.size() + 1;
    if (text_.size() < size) text_.resize(size);
    for (const std::string_view field : fields) {
      field.copy(text_.data() + size_, field.size());
      size_ += field.size();
      text_[size_++] = '\0';
    }
  }
  std::string_view operator*() const { return {text_.data(), size_}; }
  // The first `size` octets.
  void lower(std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) text_[i] = sip::lower(text_[i]);
  }

 private:
  static std::string& memory() {
    thread_local std::string memory;
    return memory;
  }
  std::string& text_;
  std::size_t size_ = 0;
};

TransactionKey hash(std::string_view text) {
  const auto [a, b] = siphash24_128(process_hash_key(), text);
  return {a, b};
}

std::string_view method_text(const sip::Message& request, sip::Method method) {
  return method == sip::Method::other ? request.method_text() : sip::method_name(method);
}

// RFC 4475 §3.2.1: a branch of the cookie alone identifies nothing; all requests of such a client would be
// one.
bool has_identifier(const sip::Via& via) {
  constexpr std::string_view cookie = "z9hG4bK";
  return via.has_magic_cookie() && via.branch().size() > cookie.size();
}

// From as far as its first parameter, the tag not among it.
std::string_view sender_of(const sip::Message& request) {
  const std::string_view from = request.value(sip::Header::from);
  return from.substr(0, from.find(';'));
}

}  // namespace

std::string TransactionKey::to_tag() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  // Of 15 digits: as many as a string holds without memory of its own.
  std::uint64_t value = a ^ (b * 0x9e3779b97f4a7c15ULL);
  std::string tag(15, '0');
  for (char& digit : tag) digit = kDigits[(value <<= 4) >> 60];
  return tag;
}

TransactionKey transaction_key(const sip::Message& request, const sip::Via& top_via, sip::Method method) {
  const std::string_view name = method_text(request, method);
  if (has_identifier(top_via)) {
    const std::uint16_t port = top_via.port.value_or(0);
    const std::array octets{static_cast<char>(port & 0xff), static_cast<char>(port >> 8)};
    HashedText text{top_via.host, top_via.branch(), name, sender_of(request), {octets.data(), octets.size()}};
    text.lower(top_via.host.size());
    return hash(*text);
  }
  const auto from = sip::Address::parse(request.value(sip::Header::from));
  const auto cseq = sip::CSeq::parse(request.value(sip::Header::cseq));
  const auto via = sip::first_value(request, sip::Header::via);
  const HashedText text{request.request_uri(),
                        from ? from->params.find("tag").value_or("") : "",
                        request.value(sip::Header::call_id),
                        cseq ? std::to_string(cseq->number) : "",
                        via ? via->text : "",
                        name};
  return hash(*text);
}

std::uint64_t merge_hash(const sip::Message& request) {
  const HashedText text{request.value(sip::Header::call_id), request.value(sip::Header::from),
                        request.value(sip::Header::cseq)};
  return siphash24(process_hash_key(), *text);
}

}  // namespace flowgate::proxy
