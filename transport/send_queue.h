// What one connection could not send at once: the peer reads slowly, or not at all. Made when that happens,
// gone when all is sent.
#pragma once

#include <string>
#include <string_view>

#include "transport/deadlines.h"

namespace flowgate::transport {

class Connection;

// Each octet must have left within two send timeouts: the deadline is for what waits when it begins.
class SendQueue final : public Deadline {
 public:
  SendQueue(Connection& connection, Deadlines& deadlines);

  std::size_t size() const { return octets_.size() - sent_; }
  std::string_view front() const { return std::string_view(octets_).substr(sent_); }
  void append(std::string_view text);
  void sent(std::size_t octets);

 private:
  void expired() override;
  void begin();

  Connection& connection_;
  Deadlines& deadlines_;
  std::string octets_;  // behind the first `sent_`
  std::size_t sent_ = 0;
  std::size_t owed_ = 0;  // of those that wait: to have left when the deadline is over
};

}  // namespace flowgate::transport
