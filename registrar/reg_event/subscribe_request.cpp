#include "registrar/reg_event/subscribe_request.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "sip/params.h"
#include "sip/text.h"
#include "sip/value.h"
#include "sip/writer.h"

namespace flowgate::reg_event {
namespace {

using registrar::Answer;
using std::chrono::seconds;
using Refusal = std::optional<Answer>;

constexpr std::string_view media_type = "application/reginfo+xml";

// event-type of Event = event-type *( SEMI event-param )
std::string_view event_type(std::string_view event) {
  return sip::trim(event.substr(0, event.find(';')));
}

// RFC 6665 §8.2.1: an id "MUST also be present in all corresponding NOTIFY requests" (§4.5.2), and event
// types are compared octet by octet: both go back as they came.
std::string event_for_notify(std::string_view event) {
  std::string repeated{event_type(event)};
  const auto semicolon = event.find(';');
  if (semicolon == event.npos) return repeated;
  const auto params = sip::Params::parse(event.substr(semicolon));
  if (const auto id = params ? params->find("id") : std::nullopt) (repeated += ";id=") += *id;
  return repeated;
}

// accept-range = media-range *(SEMI accept-param); media-range = ( "*/*" / ( m-type SLASH "*" ) / ... )
bool accepts(std::string_view range) {
  range = sip::trim(range.substr(0, range.find(';')));
  return range == "*/*" || sip::equals_nocase(range, "application/*") ||
         sip::equals_nocase(range, media_type);
}

// RFC 3680 §4.5: without an Accept the default is application/reginfo+xml; "if the header field is present,
// it MUST include" that.
Refusal check_accept(const sip::Message& subscribe) {
  bool present = false;
  for (const sip::Field& field : subscribe.fields()) {
    if (!sip::equals_nocase(subscribe.name(field), "Accept")) continue;
    present = true;
    for (std::string_view list = subscribe.value(field); !list.empty();) {
      if (accepts(sip::cut_value(list))) return std::nullopt;
    }
  }
  if (!present) return std::nullopt;
  Answer answer{406, {}, {}, {}};
  sip::FieldWriter{answer.fields}.field("Accept", {media_type});
  return answer;
}

// RFC 6665 §4.2.1.1: "If and only if the expiration interval is greater than zero AND smaller than one hour
// AND less than a notifier-configured minimum, the notifier MAY return a 423".
Refusal read_duration(const sip::Message& subscribe, const Options& options, seconds& duration) {
  const sip::Field* field = subscribe.find(sip::Header::expires);
  const auto asked = field ? sip::parse_seconds(subscribe.value(*field)) : std::nullopt;
  if (field && !asked) return Answer{400, "Bad Expires", {}, {}};
  duration = asked ? seconds{*asked} : options.default_expires;
  if (duration > seconds{0} && duration < std::chrono::hours{1} && duration < options.min_expires) {
    Answer answer{423, {}, {}, {}};
    sip::FieldWriter{answer.fields}.field("Min-Expires", {std::to_string(options.min_expires.count())});
    return answer;
  }
  duration = std::min(duration, options.max_expires);
  return std::nullopt;
}

}  // namespace

bool asks_for_reg(const sip::Message& subscribe) {
  return event_type(subscribe.value(sip::Header::event)) == "reg";
}

boost::system::result<SubscribeRequest, Answer> read_subscribe(const sip::Message& subscribe,
                                                               const Options& options) {
  if (!asks_for_reg(subscribe)) return bad_event();
  SubscribeRequest request;
  request.event = event_for_notify(subscribe.value(sip::Header::event));
  if (auto refusal = check_accept(subscribe)) return *refusal;
  if (auto refusal = read_duration(subscribe, options, request.duration)) return *refusal;
  return request;
}

Answer bad_event() {
  Answer answer{489, {}, {}, {}};
  sip::FieldWriter{answer.fields}.field("Allow-Events", {"reg"});
  return answer;
}

}  // namespace flowgate::reg_event
