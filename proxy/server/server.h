// The server: everything that one process runs, made from its configuration.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "conf/config.h"
#include "proxy/local_addresses.h"
#include "proxy/server/shard.h"
#include "registrar/domains.h"
#include "registrar/memory_store.h"

namespace flowgate::server {

// What --check looks at beside the configuration file: the certificate, its key and the flow-token key, those
// that exist. Throws as Server does; makes nothing.
void check_files(const conf::Config& config);

class Server {
 public:
  // Makes what is missing (the flow-token key, a development certificate) and binds all listeners. Throws
  // std::exception with one line that says what could not be done.
  explicit Server(const conf::Config& config);
  ~Server();

  // Starts the shards. They serve until stop().
  void run();
  void stop();

  const std::vector<transport::Listener>& listening() const { return listening_; }
  std::size_t shards() const { return shards_.size(); }
  // A certificate was made because there was none.
  bool made_certificate() const { return made_certificate_; }
  // Drops what has expired from the location service; about once a second.
  void sweep();

 private:
  void make_shards(const conf::Config& config);
  void listen(const conf::Config& config);
  void make_cores(const conf::Config& config);

  TokenKeys keys_;
  bool made_certificate_ = false;
  std::unique_ptr<transport::TlsContexts> tls_;
  registrar::MemoryStore location_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<transport::Listener> listening_;
  std::unique_ptr<registrar::Domains> domains_;
  std::unique_ptr<proxy::LocalAddresses> local_;
};

}  // namespace flowgate::server
