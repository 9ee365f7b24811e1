// scaling --server 127.0.0.1:PORT --process PID flows|transactions
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <string>

#include "flows.h"
#include "transactions.h"

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
  connect.add_option("--ping-rate", flows.ping_rate, "pings a second; 0: one behind the other");
  connect.add_flag("--tls", flows.tls, "TLS");
  connect.add_flag("--resume", flows.resume, "each resumes the TLS session of the one before");
  connect.add_flag("--tls-1-2", flows.tls_1_2, "TLS 1.2 at most");
  TransactionOptions transactions;
  CLI::App& exchange = *app.add_subcommand("transactions", "register, refresh, send MESSAGEs: over UDP");
  exchange.add_option("--uas", transactions.uas, "how many, registered all the time");
  exchange.add_option("--threads", transactions.threads, "each with a socket of its own");
  exchange.add_option("--window", transactions.window, "transactions outstanding, of each thread");
  exchange.add_option("--seconds", transactions.seconds, "of each phase");
  CLI11_PARSE(app, argc, argv);
  try {
    flows.server = transactions.server = flowgate::avalanche::loopback_server(server);
    flows.process = transactions.process = process;
    if (connect.parsed()) Flows(flows).run();
    if (exchange.parsed()) run(transactions);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "scaling: %s\n", error.what());
    return 2;
  }
}
