#include "proxy/best_response.h"

#include "sip/writer.h"

namespace flowgate::proxy {
namespace {

// Octets: what a response may grow by. A challenge has about 200.
constexpr std::size_t kMaxChallenges = 4096;

// Lower is better. §16.7 (6): a 6xx wins; else the lowest class; within 4xx those "that provide information
// affecting resubmission of this request, such as 401, 407, 415, 420, and 484"; a 503 last of its class.
int rank_of(int status) {
  if (status >= 600) return 0;
  switch (status) {
    case 401:
    case 407:
    case 415:
    case 420:
    case 484:
      return 4000;
    case 408:
      return 4900;
    case 503:
      return 5999;
    default:
      return status / 100 * 1000 + 500;
  }
}

bool is_challenge(int status) {
  return status == 401 || status == 407;
}

}  // namespace

bool BestResponse::consider(const sip::Message& response) {
  const int status = response.status();
  const int rank = rank_of(status);
  if (status_ == 0 || rank < rank_) {
    // No challenge gives way to another one: what was collected for this one is not wanted any more.
    challenges_.clear();
    status_ = status;
    rank_ = rank;
    message_ = std::make_unique<sip::StoredMessage>(response);
    reason_.clear();
    return true;
  }
  collect_challenges(response);
  return false;
}

void BestResponse::consider(int status, std::string_view reason) {
  // §8.1.3.1: a timeout counts as a 408 that has come; within its class it is the last. All else stands
  // behind anything that a UA said, in the order that the statuses themselves have.
  const int rank = status == 408 ? rank_of(status) : 10'000 + rank_of(status);
  if (status_ != 0 && rank >= rank_) return;
  status_ = status;
  rank_ = rank;
  reason_ = reason;
  message_.reset();
}

// §16.7 (7): "If the selected response is a 401 (Unauthorized) or a 407 (Proxy Authentication Required)".
void BestResponse::collect_challenges(const sip::Message& response) {
  if (!is_challenge(status_) || !is_challenge(response.status())) return;
  for (const sip::Field& field : response.fields()) {
    if (field.header != sip::Header::www_authenticate && field.header != sip::Header::proxy_authenticate)
      continue;
    if (challenges_.size() + field.line.size > kMaxChallenges) return;
    sip::FieldWriter(challenges_).field(sip::header_name(field.header), {response.value(field)});
  }
}

}  // namespace flowgate::proxy
