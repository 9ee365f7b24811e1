// A DNS server on a free loopback port that answers from a Zone, or does as the test says.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <functional>
#include <string>
#include <vector>

#include "dns_wire.h"
#include "zone.h"

namespace flowgate::dns {

class DnsServer {
 public:
  explicit DnsServer(boost::asio::io_context& context)
      : socket_(context, {boost::asio::ip::address_v4::loopback(), 0}) {
    receive();
  }

  Endpoint address() const { return dns::address("127.0.0.1", socket_.local_endpoint().port()); }

  Zone zone;
  std::vector<Question> asked;
  // The datagrams sent for a query; by default one, from the zone.
  std::function<std::vector<std::string>(const wire::Query&)> replies = [this](const wire::Query& query) {
    return std::vector<std::string>{wire::reply(query, *zone.find(query.question))};
  };

 private:
  void receive() {
    socket_.async_receive_from(boost::asio::buffer(buffer_), from_,
                               [this](boost::system::error_code error, std::size_t size) {
                                 if (error) return;
                                 answer({buffer_, size});
                                 receive();
                               });
  }
  void answer(std::string_view datagram) {
    const wire::Query query = wire::Query::parse(datagram);
    asked.push_back(query.question);
    for (const std::string& reply : replies(query)) socket_.send_to(boost::asio::buffer(reply), from_);
  }

  boost::asio::ip::udp::socket socket_;
  boost::asio::ip::udp::endpoint from_;
  char buffer_[2048];
};

}  // namespace flowgate::dns
