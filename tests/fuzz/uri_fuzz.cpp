// One or two URIs, on two lines: RFC 3261 §19.1.
#include "fuzz/fuzz.h"
#include "sip/characters.h"
#include "sip/escapes.h"
#include "sip/uri.h"

namespace flowgate::fuzz {
namespace {

using sip::Case;
using sip::Uri;

void look_into(const Uri& uri, std::string_view text) {
  require(uri.text == text, "a URI is all of its text");
  for (const auto part :
       {uri.scheme_text, uri.user, uri.password, uri.host, uri.headers, uri.rest, uri.params.text()})
    require(is_part_of(part, text), "the parts of a URI are views of it");
  require(!uri.is_sip() || !uri.host.empty(), "a SIP URI has a host");
  for (const char c : text)
    require(static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != '<' && c != '>',
            "no URI holds a blank, a control character or an angle bracket");
  for (const sip::Param& param : uri.params) {
    require(is_part_of(param.whole, text) && !param.name.empty(), "a parameter has a name");
    require(uri.param(param.name) == param.value, "a parameter is found by its name");
  }
  require(equivalent(uri, uri), "a URI is equivalent to itself");
}

// In no URI is there a '%' that two hexadecimal digits do not follow.
bool is_well_escaped(std::string_view text) {
  for (std::size_t i = text.find('%'); i != text.npos; i = text.find('%', i + 1)) {
    if (text.size() - i < 3 || sip::hex_value(text[i + 1]) < 0 || sip::hex_value(text[i + 2]) < 0)
      return false;
  }
  return true;
}

void compare(std::string_view a, std::string_view b) {
  if (!is_well_escaped(a) || !is_well_escaped(b)) return;
  for (const Case letters : {Case::matters, Case::ignored}) {
    const std::string one = sip::canonical(a, letters), other = sip::canonical(b, letters);
    require(sip::same_unescaped(a, b, letters) == (one == other), "the same texts have one canonical form");
    require(sip::canonical(one, letters) == one, "the canonical form is its own");
  }
}

}  // namespace
}  // namespace flowgate::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowgate;
  fuzz::Choices lines{fuzz::text_of(data, size)};
  const auto first = lines.until('\n');
  const auto second = lines.rest();
  const auto a = sip::Uri::parse(first);
  const auto b = sip::Uri::parse(second);
  if (a) fuzz::look_into(*a, first);
  if (b) fuzz::look_into(*b, second);
  if (a && b) fuzz::require(equivalent(*a, *b) == equivalent(*b, *a), "equivalence goes both ways");
  fuzz::compare(first, second);
  return 0;
}
