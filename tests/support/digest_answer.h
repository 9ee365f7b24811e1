// What a client makes of a challenge: RFC 7616 §3.4.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "registrar/digest/hash.h"

namespace flowgate::test {

struct Answer {
  std::string username = "alice";
  std::string password = "ecila";
  std::string realm = "example.com";
  std::string uri = "sip:example.com";
  std::string nc = "00000001";
  std::string cnonce = "0a4f113b";
  std::string qop = "auth";  // "": as in RFC 2069
  digest::Algorithm algorithm = digest::Algorithm::sha256;

  static Answer of(const std::string& user) {
    Answer answer;
    answer.username = user;
    answer.password = std::string(user.rbegin(), user.rend());
    return answer;
  }
  Answer to(std::string request_uri) const {
    Answer answer = *this;
    answer.uri = std::move(request_uri);
    return answer;
  }

  std::string response(std::string_view method, std::string_view nonce) const {
    digest::Hash hash;
    const auto secret = hash(algorithm, {username, realm, password});
    const auto request = hash(algorithm, {method, uri});
    return std::string(qop.empty()
                           ? hash(algorithm, {secret.text(), nonce, request.text()}).text()
                           : hash(algorithm, {secret.text(), nonce, nc, cnonce, qop, request.text()}).text());
  }
  std::string value(std::string_view method, const std::string& nonce) const {
    std::string value = "Digest username=\"" + username + "\", realm=\"" + realm + "\", nonce=\"" + nonce +
                        "\", uri=\"" + uri + "\", response=\"" + response(method, nonce) +
                        "\", algorithm=" + std::string(digest::algorithm_name(algorithm));
    if (!qop.empty()) value += ", qop=" + qop + ", nc=" + nc + ", cnonce=\"" + cnonce + "\"";
    return value;
  }
};

// A parameter of a challenge, without quotes; "" when there is none.
inline std::string challenge_param(const std::string& challenge, const std::string& name) {
  const std::size_t at = challenge.find(" " + name + "=");
  if (at == std::string::npos) return {};
  const std::string rest = challenge.substr(at + name.size() + 2);
  return rest.starts_with('"') ? rest.substr(1, rest.find('"', 1) - 1) : rest.substr(0, rest.find(','));
}

}  // namespace flowgate::test
