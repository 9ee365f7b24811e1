#include "proxy/transaction_key.h"

#include "flowtoken/keyed_hash.h"
#include "sip/address.h"
#include "sip/text.h"
#include "sip/value.h"

namespace flowgate::proxy {
namespace {

// Fields that cannot be confused with one another: NUL occurs in none of them.
void add(std::string& text, std::string_view field) {
  text += field;
  text += '\0';
}

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
  thread_local std::string text;
  text.clear();
  if (has_identifier(top_via)) {
    add(text, top_via.branch());
    const std::size_t host = text.size();
    add(text, top_via.host);
    for (std::size_t i = host; i < text.size(); ++i) text[i] = sip::lower(text[i]);
    const std::uint16_t port = top_via.port.value_or(0);
    text += {static_cast<char>(port & 0xff), static_cast<char>(port >> 8)};
  } else {
    const auto from = sip::Address::parse(request.value(sip::Header::from));
    const auto cseq = sip::CSeq::parse(request.value(sip::Header::cseq));
    add(text, request.request_uri());
    add(text, from ? from->params.find("tag").value_or("") : "");
    add(text, request.value(sip::Header::call_id));
    add(text, cseq ? std::to_string(cseq->number) : "");
    const auto via = sip::first_value(request, sip::Header::via);
    add(text, via ? via->text : "");
  }
  add(text, method_text(request, method));
  return hash(text);
}

}  // namespace flowgate::proxy
