#include "proxy/completed_responses.h"

namespace flowgate::proxy {

void CompletedResponses::push(const CompletedResponse& response, std::string_view text, bool repeatable) {
  index_.put(response.key, &(repeatable ? repeatable_ : once_).push(response, text));
}

const CompletedResponse* CompletedResponses::find(const TransactionKey& key) const {
  const auto* found = index_.find(key);
  return found == nullptr ? nullptr : *found;
}

std::optional<Instant> CompletedResponses::next() const {
  const CompletedResponse* const once = once_.front();
  const CompletedResponse* const repeatable = repeatable_.front();
  if (once == nullptr || repeatable == nullptr) {
    const CompletedResponse* const only = once == nullptr ? repeatable : once;
    return only == nullptr ? std::nullopt : std::optional(only->until);
  }
  return std::min(once->until, repeatable->until);
}

}  // namespace flowgate::proxy
