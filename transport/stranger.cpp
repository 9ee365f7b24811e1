#include "transport/stranger.h"

#include <boost/asio/error.hpp>

#include "transport/connection.h"

namespace flowgate::transport {

void Stranger::expired() {
  const auto connection = connection_.shared_from_this();
  connection->close(boost::asio::error::timed_out);
}

Acceptance acceptance_of(std::string_view sent) {
  constexpr std::string_view version = "SIP/2.0 ";
  if (!sent.starts_with(version)) {
    // Line ends answer pings, and a STUN response begins with a 1.
    const bool request = !sent.empty() && sent.front() >= 'A' && sent.front() <= 'Z';
    return request ? Acceptance::outstanding : Acceptance::none;
  }
  const std::string_view status = sent.substr(version.size(), 3);
  if (status.starts_with('2')) return Acceptance::accepted;
  return status.starts_with('1') && status != "100" ? Acceptance::outstanding : Acceptance::none;
}

}  // namespace flowgate::transport
