// Phones that subscribe to registrations: RFC 3680, RFC 5628, RFC 6665.
#pragma once

#include "support/ladder.h"

namespace flowgate::test {

// The attribute of that name in the first element of that name; "" when there is none.
inline std::string attribute(const Packet& notify, std::string_view element, std::string_view name) {
  const std::string body = notify.body();
  const auto begin = body.find("<" + std::string(element) + " ");
  if (begin == std::string::npos) return {};
  const std::string tag = body.substr(begin, body.find('>', begin) - begin);
  const std::string start = " " + std::string(name) + "=\"";
  const auto value = tag.find(start);
  if (value == std::string::npos) return {};
  return tag.substr(value + start.size(), tag.find('"', value + start.size()) - value - start.size());
}

// "full 0 active: active registered": state and version of the document, state of the registration, and state
// and event of each contact.
inline std::string summary(const Packet& notify) {
  std::string text = attribute(notify, "reginfo", "state") + " " + attribute(notify, "reginfo", "version") +
                     " " + attribute(notify, "registration", "state");
  std::string body = notify.body();
  for (auto at = body.find("<contact "); at != std::string::npos; at = body.find("<contact ")) {
    body = body.substr(at);
    const Packet rest("\r\n\r\n" + body);
    text += ", " + attribute(rest, "contact", "state") + " " + attribute(rest, "contact", "event");
    body = body.substr(1);
  }
  return text;
}

class RegEvent : public ::testing::Test {
 protected:
  explicit RegEvent(const reg_event::Options& options = {}, unsigned shards = 1)
      : edge({}, {}, std::nullopt, {}, options, shards) {}

  static Lines reg(const Lines& more = {}) {
    Lines lines{"Event: reg", "Accept: application/reginfo+xml"};
    lines.insert(lines.end(), more.begin(), more.end());
    return lines;
  }
  std::string subscribes(Phone& phone, const Lines& more = {}) {
    return phone.opens("SUBSCRIBE", phone.aor(), reg(more));
  }
  // What the phone answers 200 to.
  Packet takes_notify(Phone& phone) {
    const Packet notify = phone.receives("NOTIFY");
    phone.sends(phone.answers(notify, 200));
    return notify;
  }
  // The phone subscribes to its own registration, and takes the first NOTIFY.
  Dialog watches(Phone& phone, const Lines& more = {}) {
    phone.sends(subscribes(phone, more));
    const Dialog dialog = caller_side(phone.receives("SIP/2.0 200"));
    first = takes_notify(phone);
    return dialog;
  }

  Edge edge;
  Phone& alice = edge.udp("alice", "198.51.100.1:40001");
  Phone& desk = edge.tcp("alice", "198.51.100.2:40002");
  Packet first;
};

class ShardedRegEvent : public RegEvent {
 protected:
  ShardedRegEvent() : RegEvent({}, 2) {}
};

}  // namespace flowgate::test
