// What a subscription to a registration has been promised and told: RFC 3680 §4.4, §4.10 and §5.1.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "registrar/reg_event/document.h"

namespace flowgate::reg_event {

class Subscription {
 public:
  Subscription(Instant now, std::chrono::seconds duration) { renew(now, duration); }

  void renew(Instant now, std::chrono::seconds duration) { expires_ = now + duration; }
  Instant expires() const { return expires_; }
  // Seconds, rounded up; 0 when it is over.
  std::chrono::seconds left(Instant now) const;

  // Something has changed that the subscriber does not know.
  bool is_behind(const Registration& registration) const { return told_ < registration.changes(); }
  // When it may next be told of changes.
  Instant may_notify() const;

  // The document to send now; counted as told. `full`: what a SUBSCRIBE asks for (§4.3).
  std::string tell(const Registration& registration, bool full, const DocumentTerms& terms);
  std::uint64_t told() const { return told_; }
  // It did not arrive: the next one tells everything.
  void missed() { full_next_ = true; }

 private:
  Instant expires_;
  Instant notified_{};
  std::uint64_t told_ = 0;
  std::uint32_t version_ = 0;  // of the next document
  bool full_next_ = false;
};

}  // namespace flowgate::reg_event
