// avalanche --server 127.0.0.1:PORT --uas N --within SECONDS [--once]
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "uas.h"

int main(int argc, char** argv) {
  flowgate::avalanche::Options options;
  CLI::App app("Many UAs that register over UDP at about the same time, until all are registered");
  app.add_option("--server", options.server, "127.x.x.x:PORT");
  app.add_option("--uas", options.uas, "how many")->check(CLI::Range(1, 10'000'000));
  app.add_option("--first", options.first, "number of the first one");
  app.add_option("--within", options.within_s, "seconds in which they begin");
  app.add_option("--give-up", options.give_up_s, "seconds");
  app.add_flag("--once", options.once, "each sends one request, and no other whatever the answer");
  CLI11_PARSE(app, argc, argv);
  try {
    flowgate::avalanche::Uas uas(options);
    uas.run();
    uas.print();
    return options.once || uas.all_registered() ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "avalanche: %s\n", error.what());
    return 2;
  }
}
