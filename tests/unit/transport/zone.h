// A zone of the DNS as tests write it down: records by name and type, and what there is no record of does not
// exist.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "transport/dns/record.h"

namespace flowgate::dns {

inline Endpoint address(const std::string& text, std::uint16_t port = 0) {
  return *Endpoint::from(text, port);
}

class Zone {
 public:
  Zone& a(const std::string& name, const std::string& text) {
    const Endpoint endpoint = address(text);
    entry(name, endpoint.v6 ? Type::aaaa : Type::a).addresses.push_back(endpoint);
    return *this;
  }
  Zone& srv(const std::string& name, std::uint16_t priority, std::uint16_t weight, std::uint16_t port,
            const std::string& target) {
    entry(name, Type::srv).srv.push_back({priority, weight, port, target});
    return *this;
  }
  Zone& naptr(const std::string& name, std::uint16_t order, std::uint16_t preference,
              const std::string& service, const std::string& replacement, const std::string& flags = "s",
              const std::string& regexp = "") {
    entry(name, Type::naptr).naptr.push_back({order, preference, flags, service, regexp, replacement});
    return *this;
  }
  Zone& fails(const std::string& name, Type type) {
    entry(name, type).outcome = Outcome::failed;
    return *this;
  }

  AnswerPtr find(const Question& question) const {
    const auto found = answers_.find({question.name, question.type});
    if (found != answers_.end()) return std::make_shared<const Answer>(found->second);
    Answer none;
    none.outcome = Outcome::none;
    return std::make_shared<const Answer>(none);
  }

 private:
  Answer& entry(const std::string& name, Type type) {
    Answer& answer = answers_[{name, type}];
    answer.outcome = Outcome::found;
    answer.ttl = std::chrono::seconds(300);
    return answer;
  }

  std::map<std::pair<std::string, Type>, Answer> answers_;
};

}  // namespace flowgate::dns
