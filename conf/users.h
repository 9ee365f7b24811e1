// Who exists, and their secrets: a YAML mapping of user names, each the user part of an AOR (unescaped,
// compared with case), to a password or to what digest needs of it.
//
//   alice: secret
//   bob: {ha1-md5: 32 hexadecimal digits, ha1-sha256: 64 hexadecimal digits}     # H(user:realm:password),
//   RFC 7616 §3.4.2
//   carol: {password: secret, aors: [sales@example.com]}    # further AORs that she may register and speak
//   for
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "conf/digest.h"
#include "conf/section.h"

namespace flowgate::conf {

// Either a password or at least one of the hashes, in lower case; the others are empty.
struct Secret {
  std::string password;
  std::string ha1_md5;
  std::string ha1_sha256;
  std::string ha1_sha512_256;
  std::vector<std::string> aors;  // as registrar::Domains makes them
};

class Users {
 public:
  // Throws Error, also when a name is one that nobody could use (user_name.h).
  Users(const std::filesystem::path& file, const std::vector<std::string>& domains);

  const std::map<std::string, Secret, std::less<>>& secrets() const { return secrets_; }
  std::set<std::string, std::less<>> names() const;
  // Is there one of these that everybody has the password or the hash for?
  bool can_answer(const std::vector<DigestAlgorithm>& algorithms) const;

 private:
  void check_aors(const Node& root) const;

  std::map<std::string, Secret, std::less<>> secrets_;
};

}  // namespace flowgate::conf
