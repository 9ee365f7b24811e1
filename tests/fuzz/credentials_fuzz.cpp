// Octets as the value of an Authorization, and as a change to a good one: RFC 7616 §3.4. "NONCE" in them
// stands for a nonce of ours.
#include <string>

#include "fuzz/fuzz.h"
#include "registrar/digest/authenticator.h"
#include "sip/text.h"
#include "support/digest_answer.h"

namespace flowgate::fuzz {
namespace {

using sip::Credentials;

std::string written(const Credentials& credentials) {
  std::string text = "Digest ";
  const auto add = [&text](std::string_view name, std::string_view value) {
    text.append(name).append("=\"").append(value).append("\", ");
  };
  add("username", credentials.username);
  add("realm", credentials.realm);
  add("nonce", credentials.nonce);
  add("uri", credentials.uri);
  add("response", credentials.response);
  add("algorithm", credentials.algorithm);
  add("cnonce", credentials.cnonce);
  add("opaque", credentials.opaque);
  add("qop", credentials.qop);
  add("nc", credentials.nc);
  add("userhash", credentials.userhash ? "true" : "false");
  return text;
}

bool operator==(const Credentials& a, const Credentials& b) {
  return a.username == b.username && a.realm == b.realm && a.nonce == b.nonce && a.uri == b.uri &&
         a.response == b.response && a.algorithm == b.algorithm && a.cnonce == b.cnonce &&
         a.opaque == b.opaque && a.qop == b.qop && a.nc == b.nc && a.userhash == b.userhash;
}

void look_into(const Credentials& credentials, std::string_view text) {
  for (const auto part :
       {credentials.username, credentials.realm, credentials.nonce, credentials.uri, credentials.response,
        credentials.algorithm, credentials.cnonce, credentials.opaque, credentials.qop, credentials.nc})
    require(is_part_of(part, text), "the values of credentials are views of them");
  const std::string again = written(credentials);
  const auto reread = Credentials::parse(again);
  require(reread && *reread == credentials, "credentials that are written anew are the same");
}

// The registrar of example.com, who knows alice and her password.
class Site {
 public:
  Site() { users_.put({.name = "alice", .password = "ecila"}); }

  std::string mint_nonce() {
    std::string nonce;
    space_.mint_nonce(now_, ++random_, nonce);
    return nonce;
  }

  // Asks whether a REGISTER with that Authorization is from alice.
  void register_with(std::string_view authorization) {
    if (authorization.find_first_of(std::string_view{"\r\n\0", 3}) != authorization.npos) return;
    const std::string text =
        "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
        "From: <sip:alice@example.com>;tag=1\r\nTo: <sip:alice@example.com>\r\nCall-ID: 1\r\n"
        "CSeq: 1 REGISTER\r\nAuthorization: " +
        std::string{authorization} + "\r\nContent-Length: 0\r\n\r\n";
    const digest::Outcome outcome = judged(text);
    if (!outcome.user) return refused(outcome);
    const auto credentials = Credentials::parse(sip::trim(authorization));
    require(credentials && knows_password(*credentials), "who is let in knows the password");
    require(!judged(text).user, "nobody is let in by the same credentials twice");
  }

 private:
  digest::Outcome judged(std::string text) {
    const auto message = sip::Message::parse({text.data(), text.size()}, {});
    require(message.has_value(), "the request is one");
    return authenticator_.authenticate(*message, digest::Asker::user_agent_server, source_, now_);
  }

  static void refused(const digest::Outcome& outcome) {
    require(outcome.status == 400 || outcome.status == 401, "a refusal is 400 or 401");
    require(outcome.reason.find_first_of("\r\n") == std::string::npos, "a reason is one line");
    std::string_view rest = outcome.fields;
    while (!rest.empty()) {
      constexpr std::string_view name = "WWW-Authenticate: ";
      const std::size_t end = rest.find("\r\n");
      require(rest.starts_with(name) && end != rest.npos, "a challenge is a line");
      const auto challenge = Credentials::parse(rest.substr(name.size(), end - name.size()));
      require(challenge && challenge->realm == "example.com" && !challenge->nonce.empty(),
              "a challenge names the realm and a nonce");
      rest.remove_prefix(end + 2);
    }
  }

  static bool knows_password(const Credentials& credentials) {
    test::Answer answer;
    answer.username = sip::unquote_inside(credentials.username);
    answer.uri = credentials.uri;
    answer.nc = credentials.nc;
    answer.cnonce = credentials.cnonce;
    answer.qop = credentials.qop;
    answer.algorithm = digest::algorithm_from(credentials.algorithm).value();
    return sip::equals_nocase(answer.response("REGISTER", credentials.nonce), credentials.response);
  }

  static digest::Options options() {
    digest::Options options;
    options.realm = "example.com";
    options.nonces = 1000;
    // One that has to wait is not looked at.
    options.backoff.address_failures = options.backoff.user_failures = 0xffffffff;
    return options;
  }

  registrar::Instant now_{std::chrono::hours{1}};
  TokenKeys keys_ = TokenKeys::from({TokenKey{7, {1, 2, 3}}});
  registrar::UserTable users_;
  registrar::Domains domains_{{"example.com"}, {}, &users_};
  digest::ProtectionSpace space_{options(), users_, domains_, keys_, now_};
  std::uint64_t random_ = 0;
  digest::Authenticator authenticator_{space_, [this] { return ++random_; }};
  Endpoint source_ = Endpoint::from("192.0.2.1", 5060).value();
};

std::string with_nonce(std::string text, const std::string& nonce) {
  constexpr std::string_view word = "NONCE";
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + nonce.size()))
    text.replace(at, word.size(), nonce);
  return text;
}

}  // namespace
}  // namespace flowgate::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace flowgate;
  static fuzz::Site site;
  const std::string_view text = fuzz::text_of(data, size);
  const auto credentials = sip::Credentials::parse(text);
  if (credentials) fuzz::look_into(*credentials, text);
  site.register_with(fuzz::with_nonce(std::string{text}, site.mint_nonce()));

  fuzz::Choices choices{text};
  test::Answer answer;
  answer.qop = choices.octet() % 2 == 0 ? "auth" : "";
  answer.algorithm = choices.octet() % 2 == 0 ? digest::Algorithm::sha256 : digest::Algorithm::md5;
  std::string good = answer.value("REGISTER", site.mint_nonce());
  const std::size_t at = (choices.octet() * 256 + choices.octet()) % good.size();
  const std::string_view instead = choices.rest().substr(0, 16);
  good.replace(at, choices.octet() % 4, instead);
  site.register_with(good);
  return 0;
}
