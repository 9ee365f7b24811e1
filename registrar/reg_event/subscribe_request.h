// What a SUBSCRIBE for registration events asks for, read and checked: RFC 6665 §4.2.1.1, RFC 3680 §4.
#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <string>

#include "registrar/reg_event/options.h"
#include "registrar/registrar.h"
#include "sip/message.h"

namespace flowgate::reg_event {

struct SubscribeRequest {
  std::string event;                 // Event, as each NOTIFY repeats it: the package and its id
  std::chrono::seconds duration{0};  // as granted; 0: a fetch, or the end of the subscription

  bool ends() const { return duration == std::chrono::seconds{0}; }
};

// Is it for this event package?
bool asks_for_reg(const sip::Message& subscribe);

// Either what was asked for, or the refusal that the subscriber gets.
boost::system::result<SubscribeRequest, registrar::Answer> read_subscribe(const sip::Message& subscribe,
                                                                          const Options& options);

// RFC 6665 §4.2.1.1, §8.3.2: 489, and what there is instead.
registrar::Answer bad_event();

}  // namespace flowgate::reg_event
