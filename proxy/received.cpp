#include "proxy/received.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "sip/text.h"
#include "sip/value.h"

namespace flowgate::proxy {
namespace {

bool names_source(const sip::Via& via, const Flow& flow) {
  const auto sent_by = Endpoint::from(via.host, 0);
  return sent_by && sent_by->same_address(flow.remote);
}

// Where the white space and the semicolon in front of the parameter at `offset` begin.
std::size_t separator_before(std::string_view params, std::size_t offset) {
  offset = params.rfind(';', offset);
  while (offset > 0 && sip::is_blank(params[offset - 1])) --offset;
  return offset;
}

// Parameters of a Via in the order in which they stand.
class InOrder {
 public:
  // Empty: it is not there.
  void add(std::string_view param) {
    if (param.empty()) return;
    std::size_t place = size_++;
    for (; place > 0 && params_[place - 1].data() > param.data(); --place)
      params_[place] = params_[place - 1];
    params_[place] = param;
  }
  const std::string_view* begin() const { return params_.data(); }
  const std::string_view* end() const { return params_.data() + size_; }

 private:
  std::array<std::string_view, 3> params_;
  std::size_t size_ = 0;
};

// Writes the parameters without rport and received, and with `keep` as the value of "keep" unless that is 0,
// all others as they came. Those in front of the first change are not written: returns where they end.
std::size_t write_kept(const sip::Via& via, std::chrono::seconds keep, std::string& text) {
  InOrder changed;
  changed.add(via.rport());
  changed.add(via.received());
  if (keep.count() > 0) changed.add(via.keep());
  const std::string_view params = via.params.text();
  std::size_t unchanged = params.npos, done = 0;
  const auto copy_until = [&](std::size_t end) {
    if (unchanged == params.npos) {
      unchanged = end;
    } else {
      text += params.substr(done, end - done);
    }
  };
  for (const std::string_view param : changed) {
    const auto begin = static_cast<std::size_t>(param.data() - params.data());
    const std::size_t end = begin + param.size();
    if (param.data() == via.keep().data()) {
      copy_until(end);
      (text += '=') += std::to_string(keep.count());
    } else {
      copy_until(separator_before(params, begin));
    }
    done = end;
  }
  copy_until(params.size());
  return unchanged;
}

// RFC 3261 §25.1: via-received takes an IPv6 address without brackets.
void write_source(const Endpoint& source, bool rport, std::string& text) {
  constexpr std::string_view received = ";received=", port = ";rport=", largest_port = "65535";
  std::array<char, received.size() + Endpoint::longest_address + port.size() + largest_port.size()> params;
  char* end = source.write_address(std::ranges::copy(received, params.data()).out);
  if (rport) {
    end = std::ranges::copy(port, end).out;
    end = std::to_chars(end, params.data() + params.size(), source.port).ptr;
  }
  text.append(params.data(), end);
}

// Where parameters stand, or, when there are none, may be put: behind the sent-by, at the end of the value.
sip::Range params_range(const sip::Message& request, const sip::Via& via) {
  const std::string_view params = via.params.text();
  if (!params.empty()) return request.range_of(params);
  return {request.range_of(sip::first_value(request, sip::Header::via)->text).end(), 0};
}

}  // namespace

sip::Splice received_params(const sip::Message& request, const sip::Via& top_via, const Flow& flow,
                            std::chrono::seconds keep, std::string& text) {
  const bool rport = top_via.wants_rport();
  const bool received = rport || !names_source(top_via, flow);
  const bool keeps = keep.count() > 0 && !top_via.keep().empty();
  if (!received && !keeps && top_via.received().empty()) return {};

  text.clear();
  sip::Range replaced = params_range(request, top_via);
  const auto unchanged = static_cast<std::uint32_t>(write_kept(top_via, keep, text));
  replaced = {replaced.begin + unchanged, replaced.size - unchanged};
  if (received) write_source(flow.remote, rport, text);
  return {replaced, text};
}

std::unique_ptr<sip::StoredMessage> with_received(const sip::Message& request, const sip::Splice& params) {
  if (params.empty()) return std::make_unique<sip::StoredMessage>(request);
  return std::make_unique<sip::StoredMessage>(request, params.replaced, params.text);
}

}  // namespace flowgate::proxy
