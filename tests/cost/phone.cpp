#include "cost/phone.h"

#include <fmt/core.h>

#include <cstdlib>

#include "support/digest_answer.h"

namespace flowgate::cost {
namespace {

const std::string kPassword = "secret";

}  // namespace

Phone::Phone(Host& host, unsigned number) : host_(host), name_(user(number).name), flow_(host.flow(number)) {}

registrar::User Phone::user(unsigned number) {
  return {.name = fmt::format("u{:06}", number), .password = kPassword};
}

std::string Phone::contact() const {
  return fmt::format("<sip:{}@{};transport=udp;ob>", name_, flow_.remote.text());
}

test::Lines Phone::top(std::string_view method, unsigned cseq) {
  return {
      fmt::format("Via: SIP/2.0/UDP {};rport;branch=z9hG4bK{}x{}", flow_.remote.text(), name_, ++requests_),
      "Max-Forwards: 70", fmt::format("CSeq: {} {}", cseq, method), "User-Agent: cost/1.0"};
}

void Phone::registers() {
  sends_register();
  is_registered();
}

std::string Phone::is_challenged() {
  sends_register();
  return receives("SIP/2.0 401 ").header("WWW-Authenticate");
}

void Phone::answers_challenge(const std::string& challenge, digest::Algorithm algorithm) {
  sends_register({"Authorization: " + credentials(challenge, algorithm, "REGISTER", "sip:example.com")});
  is_registered();
}

std::string Phone::credentials(const std::string& challenge, digest::Algorithm algorithm,
                               std::string_view method, const std::string& uri) const {
  test::Answer answer;
  answer.username = name_;
  answer.password = kPassword;
  answer.algorithm = algorithm;
  answer.uri = uri;
  const std::string value = answer.value(method, test::challenge_param(challenge, "nonce"));
  return fmt::format("{}, opaque=\"{}\"", value, test::challenge_param(challenge, "opaque"));
}

void Phone::sends_register(const test::Lines& credentials) {
  test::Lines lines = top("REGISTER", ++cseq_);
  for (const std::string& line :
       {fmt::format("From: <{}>;tag=f{}", aor(), name_), fmt::format("To: <{}>", aor()),
        fmt::format("Call-ID: r-{}@198.51.100.1", name_),
        fmt::format("Contact: {};reg-id=1;+sip.instance=\"<urn:uuid:00000000-0000-4000-8000-{:0>12}>\"",
                    contact(), name_.substr(1)),
        std::string("Supported: path, outbound, gruu"), std::string("Expires: 3600")})
    lines.push_back(line);
  lines.insert(lines.end(), credentials.begin(), credentials.end());
  host_.receive(flow_, test::message("REGISTER sip:example.com SIP/2.0", lines));
}

void Phone::is_registered() {
  const test::Packet answer = receives("SIP/2.0 200 ");
  public_gruu_ = test::unquoted(test::param_of(answer.header("Contact"), "pub-gruu"));
}

void Phone::sends(std::string_view method, const std::string& uri, std::string_view body,
                  const test::Lines& credentials) {
  test::Lines lines = top(method, ++cseq_);
  for (const std::string& line :
       {fmt::format("From: \"Some Body\" <{}>;tag=f{}", aor(), requests_), fmt::format("To: <{}>", uri),
        fmt::format("Call-ID: c-{}-{}@198.51.100.1", name_, requests_), "Contact: " + contact()})
    lines.push_back(line);
  lines.insert(lines.end(), credentials.begin(), credentials.end());
  host_.receive(flow_, test::message(fmt::format("{} {} SIP/2.0", method, uri), lines, body));
}

void Phone::sends_within(test::Dialog& dialog, std::string_view method) {
  if (method != "ACK") ++dialog.cseq;
  test::Lines lines = top(method, static_cast<unsigned>(dialog.cseq));
  for (const std::string& route : dialog.routes) lines.push_back("Route: " + route);
  for (const std::string& line :
       {"From: " + dialog.local, "To: " + dialog.remote, "Call-ID: " + dialog.call_id})
    lines.push_back(line);
  host_.receive(flow_, test::message(fmt::format("{} {} SIP/2.0", method, dialog.target), lines));
}

void Phone::answers(const test::Packet& request, std::string_view status) {
  test::Lines lines;
  for (const char* const name : {"Via", "Record-Route", "From", "To", "Call-ID", "CSeq"}) {
    for (const std::string& value : request.all(name)) {
      const bool tagged = std::string_view(name) != "To" || value.find(";tag=") != value.npos;
      lines.push_back(fmt::format("{}: {}{}", name, value, tagged ? "" : ";tag=t" + name_));
    }
  }
  lines.push_back("Contact: " + contact());
  host_.receive(flow_, test::message(fmt::format("SIP/2.0 {}", status), lines));
}

test::Packet Phone::receives(std::string_view start) {
  // 100 Trying is for the transaction only.
  for (auto& [flow, text] : host_.sent()) {
    if (text.starts_with("SIP/2.0 100 ")) continue;
    if (flow == flow_ && text.starts_with(start)) return test::Packet(std::move(text));
    fmt::print(stderr, "{} waits for {}, but {} gets:\n{}\n", name_, start, flow.text(), text);
    std::exit(1);
  }
  fmt::print(stderr, "{} waits for {}, and nothing comes\n", name_, start);
  std::exit(1);
}

}  // namespace flowgate::cost
