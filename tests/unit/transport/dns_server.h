// A DNS server on a free loopback port that answers from a Zone, or does as the test says.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <string>
#include <vector>

#include "dns_wire.h"
#include "zone.h"

namespace flowgate::dns {

class DnsServer {
 public:
  explicit DnsServer(boost::asio::io_context& context)
      : socket_(context, {boost::asio::ip::address_v4::loopback(), 0}), acceptor_(context) {
    receive();
  }

  Endpoint address() const { return dns::address("127.0.0.1", socket_.local_endpoint().port()); }

  // RFC 1035 §4.2.2, at the same port; one query per connection. What does not fit a datagram has to be asked
  // for here. False: somebody else has the port.
  bool serve_tcp() {
    boost::system::error_code error;
    acceptor_.open(boost::asio::ip::tcp::v4());
    acceptor_.bind({boost::asio::ip::address_v4::loopback(), address().port}, error);
    if (error) return false;
    acceptor_.listen();
    accept();
    return true;
  }

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
    for (const std::string& reply : replies(query)) {
      const bool fits = !acceptor_.is_open() || reply.size() <= 1232;
      socket_.send_to(boost::asio::buffer(fits ? reply : wire::header(query, wire::truncated, 0)), from_);
    }
  }

  struct Connection {
    explicit Connection(boost::asio::ip::tcp::socket accepted) : socket(std::move(accepted)) {}
    boost::asio::ip::tcp::socket socket;
    std::string text = std::string(2, 0);
  };
  void accept() {
    acceptor_.async_accept([this](boost::system::error_code error, boost::asio::ip::tcp::socket socket) {
      if (error) return;
      read(std::make_shared<Connection>(std::move(socket)));
      accept();
    });
  }
  // First the length, then the query.
  void read(const std::shared_ptr<Connection>& connection) {
    auto& [socket, text] = *connection;
    boost::asio::async_read(
        socket, boost::asio::buffer(text), [this, connection](boost::system::error_code error, std::size_t) {
          if (error) return;
          std::string& text = connection->text;
          if (text.size() == 2) {
            text.resize(static_cast<unsigned char>(text[0]) * 256U + static_cast<unsigned char>(text[1]));
            return read(connection);
          }
          const wire::Query query = wire::Query::parse(text);
          const std::string reply = replies(query).front();
          text = wire::number(static_cast<std::uint32_t>(reply.size()), 2) + reply;
          boost::asio::async_write(connection->socket, boost::asio::buffer(text),
                                   [connection](boost::system::error_code, std::size_t) {});
        });
  }

  boost::asio::ip::udp::socket socket_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::ip::udp::endpoint from_;
  char buffer_[2048];
};

}  // namespace flowgate::dns
