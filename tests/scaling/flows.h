// Phones that connect, register with outbound, and ping: what a flow costs the server.
#pragma once

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/types.h>

#include <memory>
#include <vector>

#include "phase.h"
#include "stream.h"

namespace flowgate::scaling {

struct FlowOptions {
  sockaddr_in server{};
  pid_t process = 0;  // the server's
  unsigned flows = 1000;
  unsigned threads = 2;
  unsigned pings = 2;      // of each flow
  unsigned ping_rate = 0;  // a second, of all flows; 0: one behind the other
  bool tls = false;
  bool resume = false;  // each flow but the first of a thread resumes the session of the one before
  bool tls_1_2 = false;
};

class Flows {
 public:
  explicit Flows(const FlowOptions& options);

  // One line of JSON for each phase. Throws what a thread throws.
  void run();

 private:
  using Streams = std::vector<std::unique_ptr<Stream>>;

  Done connect(unsigned thread, Streams& streams);
  Done ping(const Streams& streams) const;

  struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  const FlowOptions options_;
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::vector<Streams> streams_;  // of each thread
};

}  // namespace flowgate::scaling
