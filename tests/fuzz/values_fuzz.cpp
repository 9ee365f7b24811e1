// Octets as the value of a header field, read by every parser that takes one.
#include "fuzz/fuzz.h"
#include "sip/address.h"
#include "sip/params.h"
#include "sip/text.h"
#include "sip/value.h"
#include "sip/via.h"

namespace flowgate::fuzz {
namespace {

void look_into(const sip::Params& params, std::string_view text) {
  require(is_part_of(params.text(), text), "parameters are a view of the value");
  std::size_t count = 0;
  for (const sip::Param& param : params) {
    ++count;
    require(!param.name.empty() && is_part_of(param.whole, params.text()), "a parameter has a name");
    require(params.find(param.name) == param.value, "a parameter is found by its name");
    require(!param.value.starts_with('"') || (param.value.size() > 1 && param.value.ends_with('"')),
            "a quoted string has both its quotes");
  }
  require(params.empty() == (count == 0), "there are parameters when there is text");
  const auto again = sip::Params::parse(params.text());
  require(again && again->text() == params.text(), "parameters can be parsed again");
}

void read_address(std::string_view text) {
  const auto address = sip::Address::parse(text);
  if (!address) return;
  require(is_part_of(address->display, text) && is_part_of(address->uri.text, text),
          "an address is made of views of the value");
  const auto uri = sip::Uri::parse(address->uri.text);
  require(uri && equivalent(*uri, address->uri), "the URI of an address is a URI");
  const auto params = sip::Params::parse(address->params.text());
  require(params.has_value(), "the parameters of an address are parameters");
  look_into(address->params, text);
}

void read_via(std::string_view text) {
  const auto via = sip::Via::parse(text);
  if (!via) return;
  require(is_part_of(via->transport, text) && is_part_of(via->host, text), "a Via is made of views");
  require(sip::is_token(via->transport) && !via->host.empty(), "a Via has a transport and a host");
  require(!via->port || *via->port != 0, "no port is 0");
  look_into(via->params, text);
}

void read_list(std::string_view list) {
  const std::string_view whole = list;
  while (!list.empty()) {
    const std::size_t before = list.size();
    const auto value = sip::cut_value(list);
    require(list.size() < before && is_part_of(value, whole), "each value takes something off the list");
    std::string_view alone = value;
    require(sip::cut_value(alone) == value && alone.empty(), "a value is a list of one");
    read_address(value);
    read_via(value);
  }
}

}  // namespace
}  // namespace flowgate::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowgate;
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::read_list(text);
  fuzz::read_address(text);
  fuzz::read_via(text);
  if (const auto params = sip::Params::parse(text)) fuzz::look_into(*params, text);
  if (const auto cseq = sip::CSeq::parse(text)) {
    fuzz::require(cseq->number < 0x80000000 && sip::is_token(cseq->method), "CSeq is below 2^31");
  }
  const auto number = sip::parse_number(text);
  const auto seconds = sip::parse_seconds(text);
  fuzz::require(!number || seconds == number, "what fits is not saturated");
  (void)sip::unquote(text);
  fuzz::require(sip::unescape(text).size() <= text.size(), "unescaping never makes a text longer");
  return 0;
}
