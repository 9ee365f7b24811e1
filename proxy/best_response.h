// Which of the branches' final responses goes upstream: RFC 3261 §16.7 (6) and (7).
#pragma once

#include <memory>
#include <string>

#include "sip/message.h"

namespace flowgate::proxy {

class BestResponse {
 public:
  // A final response from downstream other than a 2xx. True: it is the best by now.
  bool consider(const sip::Message& response);
  // A branch that ended without a response: what we would say ourselves. Gives way to anything that somebody
  // else said.
  void consider(int status, std::string_view reason);

  int status() const { return status_; }  // 0: none yet
  const std::string& reason() const { return reason_; }
  // The response to forward; nullptr when it is one of our own.
  const sip::Message* message() const { return message_ ? &message_->get() : nullptr; }
  // WWW-Authenticate and Proxy-Authenticate of the other 401 and 407 responses (§16.7 (7)), as whole lines.
  const std::string& challenges() const { return challenges_; }

 private:
  void collect_challenges(const sip::Message& response);

  int status_ = 0;
  int rank_ = 0;
  std::string reason_;
  std::unique_ptr<sip::StoredMessage> message_;  // on its own: most requests never have one
  std::string challenges_;
};

}  // namespace flowgate::proxy
