// A phone that says what phones say, as text. Whatever does not come as it should ends the program.
#pragma once

#include <string>
#include <string_view>

#include "cost/host.h"
#include "registrar/digest/algorithm.h"
#include "support/packet.h"

namespace flowgate::cost {

class Phone {
 public:
  Phone(Host& host, unsigned number);
  // Whose phone that is.
  static registrar::User user(unsigned number);

  std::string aor() const { return "sip:" + name_ + "@example.com"; }
  // Of its last registration.
  const std::string& public_gruu() const { return public_gruu_; }

  // REGISTER until its 200.
  void registers();
  // REGISTER until its 401; the challenge.
  std::string is_challenged();
  // REGISTER with the answer to that, until its 200.
  void answers_challenge(const std::string& challenge, digest::Algorithm algorithm);
  // What answers a challenge of such a request.
  std::string credentials(const std::string& challenge, digest::Algorithm algorithm, std::string_view method,
                          const std::string& uri) const;
  // A request that opens a dialog or stands alone, and one within a dialog.
  void sends(std::string_view method, const std::string& uri, std::string_view body = {},
             const test::Lines& credentials = {});
  void sends_within(test::Dialog& dialog, std::string_view method);
  void answers(const test::Packet& request, std::string_view status);
  // What the host has just sent: one message, to this phone.
  test::Packet receives(std::string_view start);

 private:
  void sends_register(const test::Lines& credentials = {});
  void is_registered();
  test::Lines top(std::string_view method, unsigned cseq);
  std::string contact() const;

  Host& host_;
  std::string name_;
  Flow flow_;
  std::string public_gruu_;
  unsigned cseq_ = 0, requests_ = 0;
};

}  // namespace flowgate::cost
