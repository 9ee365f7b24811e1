// scaling flows|... --server 127.0.0.1:PORT --process PID
#include <arpa/inet.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>

#include "flows.h"

namespace {

sockaddr_in address_of(const std::string& text) {
  const auto colon = text.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (colon == text.npos || ::inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1 ||
      (ntohl(address.sin_addr.s_addr) >> 24) != 127)
    throw std::invalid_argument("the server must be at 127.x.x.x:PORT");
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1))));
  return address;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace flowgate::scaling;
  std::string server = "127.0.0.1:5060";
  pid_t process = 0;
  FlowOptions flows;
  CLI::App app("Load for one server on this host, and the server's CPU time for each transaction");
  app.require_subcommand(1);
  app.add_option("--server", server, "127.x.x.x:PORT");
  app.add_option("--process", process, "the server's process id")->required();
  CLI::App& connect = *app.add_subcommand("flows", "connect, register, ping: over TCP or TLS");
  connect.add_option("--flows", flows.flows, "how many");
  connect.add_option("--threads", flows.threads, "each with one transaction at a time");
  connect.add_option("--pings", flows.pings, "of each flow");
  connect.add_flag("--tls", flows.tls, "TLS");
  connect.add_flag("--resume", flows.resume, "each resumes the TLS session of the one before");
  connect.add_flag("--tls-1-2", flows.tls_1_2, "TLS 1.2 at most");
  CLI11_PARSE(app, argc, argv);
  try {
    flows.server = address_of(server);
    flows.process = process;
    Flows(flows).run();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "scaling: %s\n", error.what());
    return 2;
  }
}
