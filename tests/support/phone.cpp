#include "support/phone.h"

#include <gtest/gtest.h>

#include "support/edge.h"

namespace flowgate::test {
namespace {

// Twelve hexadecimal digits, the same in each run.
std::string id_of(const Flow& flow) {
  char digits[13];
  std::snprintf(digits, sizeof digits, "%02x%02x%02x%02x%04x", flow.remote.ip[0], flow.remote.ip[1],
                flow.remote.ip[2], flow.remote.ip[3], flow.remote.port);
  return digits;
}

}  // namespace

Phone::Phone(Edge& edge, std::string name, Flow flow)
    : edge_(edge), name_(std::move(name)), flow_(flow), id_(id_of(flow)) {}

std::string Phone::contact() const {
  std::string uri = "sip:" + name_ + "@" + address();
  if (is_stream(flow_.protocol)) uri += ";transport=" + std::string(uri_name(flow_.protocol));
  return uri;
}

void Phone::sends(const std::string& text) {
  edge_.receive(*this, text);
}

Packet Phone::receives(std::string_view start) {
  if (inbox_.empty()) {
    ADD_FAILURE() << name_ << " waits for '" << start << "' and receives nothing\n" << edge_.ladder();
    return {};
  }
  Packet packet = inbox_.front();
  inbox_.pop_front();
  EXPECT_TRUE(packet.start_line().starts_with(start)) << name_ << " waits for '" << start << "'\n"
                                                      << packet.text() << edge_.ladder();
  return packet;
}

void Phone::receives_nothing() {
  EXPECT_TRUE(inbox_.empty()) << name_ << " receives\n"
                              << (inbox_.empty() ? "" : inbox_.front().text()) << edge_.ladder();
}

std::string Phone::request(std::string_view method, std::string_view uri, const Lines& lines,
                           std::string_view body) {
  Lines all = {"Via: SIP/2.0/" + std::string(via_name(flow_.protocol)) + " " + address() +
                   ";branch=z9hG4bK-" + id_ + "-" + std::to_string(++branches_) + ";rport",
               "Max-Forwards: 70"};
  all.insert(all.end(), lines.begin(), lines.end());
  return message(std::string(method) + " " + std::string(uri) + " SIP/2.0", all, body);
}

std::string Phone::registers(std::string_view contact_params, const Lines& lines) {
  Lines all = {"From: <" + aor() + ">;tag=r" + id_,
               "To: <" + aor() + ">",
               "Call-ID: register-" + id_,
               "CSeq: " + std::to_string(++cseq_) + " REGISTER",
               "Contact: <" + contact() + ">" + std::string(contact_params),
               dialect_ == Dialect::draft ? "Supported: gruu" : "Supported: path, outbound, gruu"};
  all.insert(all.end(), lines.begin(), lines.end());
  return request("REGISTER", "sip:example.com", all);
}

std::string Phone::opens(std::string_view method, std::string_view uri, const Lines& lines) {
  Lines all = {"From: <" + aor() + ">;tag=c" + id_ + std::to_string(++cseq_),
               "To: <" + std::string(uri) + ">", "Call-ID: call-" + id_ + "-" + std::to_string(cseq_),
               "CSeq: 1 " + std::string(method), "Contact: <" + dialog_contact() + ">"};
  all.insert(all.end(), lines.begin(), lines.end());
  return request(method, uri, all);
}

std::string Phone::within(Dialog& dialog, std::string_view method, const Lines& lines, std::string_view uri) {
  if (method != "ACK") ++dialog.cseq;
  Lines all;
  for (const std::string& route : dialog.routes) all.push_back("Route: " + route);
  all.insert(all.end(), {"From: " + dialog.local, "To: " + dialog.remote, "Call-ID: " + dialog.call_id,
                         "CSeq: " + std::to_string(dialog.cseq) + " " + std::string(method)});
  all.insert(all.end(), lines.begin(), lines.end());
  return request(method, uri.empty() ? dialog.target : uri, all);
}

std::string Phone::answers(const Packet& request, int status, const Lines& lines) {
  Lines all;
  for (const std::string& via : request.all("Via")) all.push_back("Via: " + via);
  for (const std::string& route : request.all("Record-Route")) all.push_back("Record-Route: " + route);
  std::string to = request.header("To");
  if (status > 100 && param_of(to, "tag").empty()) to += ";tag=a" + id_;
  all.insert(all.end(), {"From: " + request.header("From"), "To: " + to,
                         "Call-ID: " + request.header("Call-ID"), "CSeq: " + request.header("CSeq")});
  if (status > 100) all.push_back("Contact: <" + dialog_contact() + ">");
  all.insert(all.end(), lines.begin(), lines.end());
  return message("SIP/2.0 " + std::to_string(status) + " Status", all);
}

std::string Phone::cancels(const std::string& request) {
  const Packet sent{request};
  Lines lines = {"Via: " + sent.header("Via"), "Max-Forwards: 70"};
  for (const std::string& route : sent.all("Route")) lines.push_back("Route: " + route);
  lines.insert(lines.end(), {"From: " + sent.header("From"), "To: " + sent.header("To"),
                             "Call-ID: " + sent.header("Call-ID"), "CSeq: 1 CANCEL"});
  return message("CANCEL " + sent.request_uri() + " SIP/2.0", lines);
}

std::string Phone::acknowledges(const std::string& request, const Packet& response) {
  const Packet sent{request};
  Lines lines = {"Via: " + sent.header("Via"), "Max-Forwards: 70"};
  for (const std::string& route : sent.all("Route")) lines.push_back("Route: " + route);
  lines.insert(lines.end(), {"From: " + sent.header("From"), "To: " + response.header("To"),
                             "Call-ID: " + sent.header("Call-ID"), "CSeq: 1 ACK"});
  return message("ACK " + sent.request_uri() + " SIP/2.0", lines);
}

std::string Phone::outbound_params(int reg_id) const {
  const std::string name = dialect_ == Dialect::draft ? ";flow-id=" : ";reg-id=";
  return name + std::to_string(reg_id) + ";+sip.instance=\"<" + instance() + ">\"";
}

Packet Phone::is_registered(int reg_id) {
  sends(registers(outbound_params(reg_id)));
  return receives("SIP/2.0 200");
}

}  // namespace flowgate::test
