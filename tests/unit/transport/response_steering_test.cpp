#include "transport/response_steering.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "transport/socket.h"

namespace flowgate::transport {
namespace {

constexpr std::string_view mark = "z9hG4bKfg";
constexpr std::size_t sockets = 17;  // more than one digit can name

std::string response(std::string_view branch, std::string_view status = "200 OK") {
  return "SIP/2.0 " + std::string(status) +
         "\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=" + std::string(branch) +
         ";rport=5060\r\nVia: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bK776asdhds\r\nContent-Length: 0\r\n\r\n";
}
std::string branch_of(std::string_view digits) {
  return std::string(mark) + std::string(digits) + "0123456789abcdef0123456789abcdef";
}

class ResponseSteering : public testing::Test {
 protected:
  ResponseSteering() {
    Endpoint local = *Endpoint::from("127.0.0.1", 0);
    for (std::size_t i = 0; i < sockets; ++i) {
      bound.push_back(std::move(open_udp(local, 1 << 16).value()));
      local = local_endpoint(bound[0].get());
    }
    EXPECT_TRUE(steer_responses(bound[0].get(), mark));
    address.sin_family = AF_INET;
    address.sin_port = htons(local.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  // The number of the socket that a datagram from a new socket comes to.
  std::size_t comes_to(const std::string& datagram) {
    const Fd from(::socket(AF_INET, SOCK_DGRAM, 0));
    EXPECT_EQ(::sendto(from.get(), datagram.data(), datagram.size(), 0,
                       reinterpret_cast<const sockaddr*>(&address), sizeof address),
              static_cast<ssize_t>(datagram.size()));
    std::array<pollfd, sockets> ready{};
    for (std::size_t i = 0; i < sockets; ++i) ready[i] = {bound[i].get(), POLLIN, 0};
    EXPECT_EQ(::poll(ready.data(), ready.size(), 5000), 1);
    for (std::size_t i = 0; i < sockets; ++i) {
      if (ready[i].revents == 0) continue;
      std::array<char, 2048> octets;
      EXPECT_EQ(::recv(bound[i].get(), octets.data(), octets.size(), 0),
                static_cast<ssize_t>(datagram.size()));
      return i;
    }
    return sockets;
  }
  // How many sockets get one of a hundred such datagrams.
  std::size_t spread(const std::string& datagram) {
    std::array<bool, sockets> got{};
    for (int i = 0; i < 100; ++i) got.at(comes_to(datagram)) = true;
    return static_cast<std::size_t>(std::ranges::count(got, true));
  }

  std::vector<Fd> bound;
  sockaddr_in address{};
};

TEST_F(ResponseSteering, AResponseComesToTheSocketThatItsBranchNames) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(comes_to(response(branch_of("00"))), 0);
    EXPECT_EQ(comes_to(response(branch_of("07"))), 7);
    EXPECT_EQ(comes_to(response(branch_of("0e"))), 14);
    EXPECT_EQ(comes_to(response(branch_of("10"))), 16);
    EXPECT_EQ(comes_to(response(branch_of("03"), "480 Temporarily Unavailable, and will be for a while")), 3);
  }
}

TEST_F(ResponseSteering, ARequestComesToWhatTheAddressesSay) {
  std::string request = response(branch_of("07"));
  request.replace(0, std::string_view("SIP/2.0 200 OK").size(), "MESSAGE sip:bob@example.com SIP/2.0");
  EXPECT_GT(spread(request), 2);
}

TEST_F(ResponseSteering, SoDoesAResponseOfSomebodyElse) {
  EXPECT_GT(spread(response("z9hG4bK776asdhds7wkjdlkjasdlkjasd")), 2);
  EXPECT_GT(spread(response("z9hG4bKff070123456789abcdef")), 2);
  EXPECT_GT(spread(response(branch_of("11"))), 2);  // there is no 17
  EXPECT_GT(spread(response(branch_of("zz"))), 2);
}

TEST_F(ResponseSteering, ADatagramThatIsCutShortArrives) {
  const std::string whole = response(branch_of("07"));
  for (std::size_t size = 1; size < whole.size(); ++size) EXPECT_LT(comes_to(whole.substr(0, size)), sockets);
}

}  // namespace
}  // namespace flowgate::transport
