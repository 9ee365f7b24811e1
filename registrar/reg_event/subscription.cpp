#include "registrar/reg_event/subscription.h"

#include <algorithm>

namespace flowgate::reg_event {
namespace {

// RFC 3680 §4.10: "it is RECOMMENDED that the server not generate notifications for a single subscriber at a
// rate faster than once every 5 seconds."
constexpr std::chrono::seconds interval{5};

}  // namespace

std::chrono::seconds Subscription::left(Instant now) const {
  return std::chrono::ceil<std::chrono::seconds>(std::max(expires_, now) - now);
}

Instant Subscription::may_notify() const {
  return notified_ + interval;
}

std::string Subscription::tell(const Registration& registration, bool full, const DocumentTerms& terms) {
  full = full || full_next_ || told_ < registration.forgotten();
  // What has gone before he asked is no news to a new subscriber.
  const std::uint64_t known = version_ == 0 ? registration.changes() : told_;
  Document document = write_document(registration, version_++, known, full, terms);
  told_ = document.told;
  notified_ = terms.now;
  full_next_ = false;
  return std::move(document.text);
}

}  // namespace flowgate::reg_event
