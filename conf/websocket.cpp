#include "conf/websocket.h"

#include <algorithm>

#include "sip/text.h"

namespace flowgate::conf {
namespace {

constexpr std::string_view origin_form =
    "the scheme and host of a page, such as \"https://phone.example.com\", or none for clients that are no "
    "browser";

// RFC 6454 §6.2: scheme, "://", host, perhaps ":" and port; no path, and no "/" at the end.
bool is_origin(std::string_view text) {
  constexpr std::string_view separator = "://";
  const std::size_t colon = text.find(separator);
  if (colon == std::string_view::npos || colon == 0) return text == "none";
  const std::string_view host = text.substr(colon + separator.size());
  return !host.empty() && host.find_first_of("/?#@ *") == std::string_view::npos;
}

}  // namespace

WebSocket read_websocket(const Section& top, std::chrono::seconds flow_timer) {
  const Section section = top.section("websocket", {"origins", "ping_seconds"});
  WebSocket websocket;
  // No script sends anything by itself: what keeps its flow alive is that it answers.
  websocket.ping = std::min(std::chrono::seconds(section.number("ping_seconds", 30, 0, 3'600)), flow_timer);
  const auto origins = section.find("origins");
  if (!origins) return websocket;
  for (const Value& item : origins->list("a list of origins, such as [\"https://phone.example.com\"]")) {
    const std::string origin = sip::to_lower(item.text(origin_form));
    if (!is_origin(origin)) item.expected(origin_form);
    websocket.origins.insert(origin);
  }
  return websocket;
}

}  // namespace flowgate::conf
