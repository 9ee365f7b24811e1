#include "support/ladder.h"

#include <algorithm>

#include "sip/text.h"

namespace flowgate::test {
namespace {

constexpr std::string_view kEdgeAddress = "203.0.113.1";

Endpoint endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return Endpoint::from(host, static_cast<std::uint16_t>(*sip::parse_number(text.substr(colon + 1)))).value();
}

Endpoint edge_endpoint(Protocol protocol) {
  return *Endpoint::from(kEdgeAddress, protocol == Protocol::tls ? 5061 : 5060);
}

std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find("\r\n")));
}

std::string tag_of(std::string_view value) {
  const auto tag = value.find(";tag=");
  return tag == std::string_view::npos ? "" : std::string(value.substr(tag));
}

}  // namespace

std::string Packet::start_line() const {
  return first_line(text_);
}

std::vector<std::string> Packet::all(std::string_view name) const {
  std::vector<std::string> values;
  std::string_view rest = std::string_view(text_).substr(0, text_.find("\r\n\r\n") + 2);
  rest.remove_prefix(std::min(rest.size(), rest.find("\r\n") + 2));
  while (!rest.empty()) {
    const auto end = rest.find("\r\n");
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    const auto colon = line.find(':');
    if (sip::equals_nocase(sip::trim(line.substr(0, colon)), name))
      values.emplace_back(sip::trim(line.substr(colon + 1)));
  }
  return values;
}

std::string Packet::header(std::string_view name) const {
  const auto values = all(name);
  return values.empty() ? "" : values.front();
}

std::string Packet::body() const {
  return text_.substr(text_.find("\r\n\r\n") + 4);
}

int Packet::status() const {
  return text_.starts_with("SIP/2.0 ") ? static_cast<int>(sip::parse_number(text_.substr(8, 3)).value_or(0))
                                       : 0;
}

std::string Packet::request_uri() const {
  const std::string line = start_line();
  const auto begin = line.find(' ') + 1;
  return line.substr(begin, line.rfind(' ') - begin);
}

std::string message(std::string_view start_line, const std::vector<std::string>& lines,
                    std::string_view body) {
  std::string text(start_line);
  text += "\r\n";
  for (const std::string& line : lines) text += line + "\r\n";
  text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return text.append(body);
}

Phone::Phone(Edge& edge, std::string name, Flow flow) : edge_(edge), name_(std::move(name)), flow_(flow) {
  char digits[13];
  std::snprintf(digits, sizeof digits, "%012zx", FlowHash{}(flow.remote) & 0xffffffffffffU);
  instance_ = digits;
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

std::string Phone::contact() const {
  std::string uri = "sip:" + name_ + "@" + address();
  if (is_stream(flow_.protocol)) uri += ";transport=" + std::string(uri_name(flow_.protocol));
  return uri;
}

std::string Phone::request(std::string_view method, std::string_view uri,
                           const std::vector<std::string>& lines, std::string_view body) {
  std::vector<std::string> all = {"Via: SIP/2.0/" + std::string(via_name(flow_.protocol)) + " " + address() +
                                      ";branch=z9hG4bK-" + name_ + instance_ + "-" +
                                      std::to_string(++branches_) + ";rport",
                                  "Max-Forwards: 70"};
  all.insert(all.end(), lines.begin(), lines.end());
  return message(std::string(method) + " " + std::string(uri) + " SIP/2.0", all, body);
}

std::string Phone::registers(std::string_view contact_params, const std::vector<std::string>& lines) {
  std::vector<std::string> all = {"From: <sip:" + name_ + "@example.com>;tag=r" + instance_,
                                  "To: <sip:" + name_ + "@example.com>",
                                  "Call-ID: register-" + instance_,
                                  "CSeq: " + std::to_string(++cseq_) + " REGISTER",
                                  "Contact: <" + contact() + ">" + std::string(contact_params),
                                  "Supported: path, outbound, gruu"};
  all.insert(all.end(), lines.begin(), lines.end());
  return request("REGISTER", "sip:example.com", all);
}

Packet Phone::is_registered(int reg_id) {
  sends(registers(";reg-id=" + std::to_string(reg_id) + ";+sip.instance=\"<" + instance() + ">\""));
  return receives("SIP/2.0 200");
}

std::string Phone::opens(std::string_view method, std::string_view uri,
                         const std::vector<std::string>& lines) {
  std::vector<std::string> all = {
      "From: <sip:" + name_ + "@example.com>;tag=c" + instance_ + std::to_string(++cseq_),
      "To: <" + std::string(uri) + ">", "Call-ID: call-" + instance_ + "-" + std::to_string(cseq_),
      "CSeq: 1 " + std::string(method), "Contact: <" + contact() + ">"};
  all.insert(all.end(), lines.begin(), lines.end());
  return request(method, uri, all);
}

std::string Phone::answers(const Packet& request, int status, const std::vector<std::string>& lines) {
  std::vector<std::string> all;
  for (const std::string& via : request.all("Via")) all.push_back("Via: " + via);
  for (const std::string& route : request.all("Record-Route")) all.push_back("Record-Route: " + route);
  std::string to = request.header("To");
  if (status > 100 && tag_of(to).empty()) to += ";tag=a" + instance_;
  all.insert(all.end(), {"From: " + request.header("From"), "To: " + to,
                         "Call-ID: " + request.header("Call-ID"), "CSeq: " + request.header("CSeq")});
  if (status > 100) all.push_back("Contact: <" + contact() + ">");
  all.insert(all.end(), lines.begin(), lines.end());
  return message("SIP/2.0 " + std::to_string(status) + " Status", all);
}

Edge::Edge(proxy::Settings settings, registrar::Options registrar)
    : keys_(TokenKeys::from({TokenKey{1, {7}}})),
      domains_({"example.com"}, {5060, 5061}, std::nullopt),
      local_({{Protocol::udp, edge_endpoint(Protocol::udp)},
              {Protocol::tcp, edge_endpoint(Protocol::tcp)},
              {Protocol::tls, edge_endpoint(Protocol::tls)}},
             {}) {
  proxy::Core::Options options;
  options.settings = settings;
  options.registrar = registrar;
  // splitmix64: different numbers, the same in each run.
  const auto random = [this] {
    std::uint64_t z = (random_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  };
  core_ =
      std::make_unique<proxy::Core>(options, local_, domains_, location_, keys_, *this, *this, random, now_);
}

Edge::~Edge() = default;

Phone& Edge::udp(std::string name, std::string_view address) {
  const Flow flow{Protocol::udp, edge_endpoint(Protocol::udp), endpoint(address), 0};
  return *phones_.emplace_back(std::make_unique<Phone>(*this, std::move(name), flow));
}

Phone& Edge::stream(Protocol protocol, std::string name, std::string_view address) {
  const Flow flow{protocol, edge_endpoint(protocol), endpoint(address), ++serials_ << 8};
  return *phones_.emplace_back(std::make_unique<Phone>(*this, std::move(name), flow));
}

void Edge::passes(std::chrono::milliseconds time) {
  const registrar::Instant until = now_ + time;
  for (auto next = core_->next_deadline(); next && *next <= until; next = core_->next_deadline()) {
    now_ = std::max(now_, *next);
    core_->advance(now_);
  }
  now_ = until;
  core_->advance(now_);
}

void Edge::breaks(const Phone& phone) {
  breaks_unseen(phone);
  core_->flow_closed(now_, phone.flow());
}

void Edge::breaks_unseen(const Phone& phone) {
  draw("  x  ", phone.name(), "(connection lost)");
  gone_.push_back(phone.flow().serial);
}

bool Edge::send(const Flow& flow, std::string_view text) {
  if (is_stream(flow.protocol) && std::find(gone_.begin(), gone_.end(), flow.serial) != gone_.end())
    return false;
  Phone* phone = find(flow);
  draw(" --> ", phone ? phone->name() : flow.remote.text(), text);
  if (phone != nullptr) phone->inbox_.emplace_back(std::string(text));
  return phone != nullptr || !is_stream(flow.protocol);
}

void Edge::connect(const proxy::NextHop& hop, Connected done) {
  for (const auto& phone : phones_) {
    if (phone->flow().protocol == hop.protocol && phone->flow().remote == hop.address)
      return done(phone->flow());
  }
  if (hop.protocol == Protocol::udp)
    return done(Flow{Protocol::udp, edge_endpoint(Protocol::udp), hop.address, 0});
  done(make_error_code(boost::system::errc::connection_refused));
}

void Edge::pass_to_shard(unsigned, const Flow&, std::string_view) {
  ADD_FAILURE() << "there is one shard\n" << ladder_;
}

void Edge::resolve(const sip::Uri& uri, Resolved done) {
  const auto name = names.find(std::string(uri.host));
  if (name == names.end()) return done({});
  done({{proxy::protocol_for(uri).value(), endpoint(name->second), name->first}});
}

Phone* Edge::find(const Flow& flow) {
  const auto phone = std::find_if(phones_.begin(), phones_.end(),
                                  [&](const auto& candidate) { return candidate->flow() == flow; });
  return phone == phones_.end() ? nullptr : phone->get();
}

void Edge::receive(const Phone& from, const std::string& text) {
  draw(" <-- ", from.name(), text);
  std::string buffer = text;
  core_->receive(now_, from.flow(), buffer);
}

void Edge::draw(std::string_view arrow, const std::string& who, std::string_view text) {
  ladder_ += "  edge" + std::string(arrow) + who + "  " + first_line(text) + "\n";
}

}  // namespace flowgate::test
