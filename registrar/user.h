// A user: who may authenticate, and for which AORs it may register and speak.
#pragma once

#include <string>
#include <vector>

namespace flowgate::registrar {

struct User {
  std::string name;  // the username of its credentials, and the user part of its own AOR in every domain
  // What the password is known as. With `password` all algorithms can be answered, else those whose HA1 is
  // given: H(name:realm:password) in lower-case hexadecimal digits (RFC 7616 §3.4.2).
  std::string password{};
  std::string ha1_md5{}, ha1_sha256{}, ha1_sha512_256{};
  // Further AORs, as Domains::aor() makes them: "sales@example.com".
  std::vector<std::string> aors{};

  bool operator==(const User&) const = default;
};

}  // namespace flowgate::registrar
