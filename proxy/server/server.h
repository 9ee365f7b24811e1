// The server: everything that one process runs, made from its configuration.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conf/config.h"
#include "proxy/local_addresses.h"
#include "proxy/server/certificates.h"
#include "proxy/server/metrics.h"
#include "proxy/server/overload_report.h"
#include "proxy/server/processors.h"
#include "proxy/server/shard.h"
#include "proxy/server/users_file.h"
#include "proxy/ua_flows.h"
#include "registrar/digest/protection_space.h"
#include "registrar/domains.h"
#include "registrar/location_service.h"
#include "registrar/user_store.h"
#include "registrar/user_table.h"

namespace flowgate::server {

// What --check looks at beside the configuration file: the flow-token key, the database, the certificate and
// its key, or the folders where they would be made. Throws as Server does; makes and changes nothing.
void check_files(const conf::Config& config);

class Server final : private registrar::Observer {
 public:
  // Makes what is missing (the flow-token key, a development certificate) and binds all listeners. Throws
  // std::exception with one line that says what could not be done.
  explicit Server(const conf::Config& config);
  ~Server() override;

  // Starts the shards. They serve until stop().
  void run();
  void stop();

  const std::vector<transport::Listener>& listening() const { return listening_; }
  std::size_t shards() const { return shards_.size(); }
  // How many a server with that configuration has.
  static unsigned shards_of(const conf::Config& config);
  // A certificate was made because there was none.
  bool made_certificate() const { return made_certificate_; }
  enum class Reload { if_changed, now };
  // Certificates and keys from their files, for connections from now on. True: they were loaded. Throws as
  // Certificates::load() does; then nothing has changed. `if_changed`: to be called about once a second.
  bool reload_certificates(Reload when);
  // Reads the users file again; when it is broken, one line on stderr says so, and the users stay as they
  // were.
  void reload_users();
  // On `home`, which is no shard's. `done` is called there, later, unless the server is stopped before.
  void measure(const boost::asio::any_io_executor& home, std::function<void(const Metrics&)> done) const;
  // Drops what has expired, and the flows that have fallen silent with their bindings; sees to changes of
  // users; about once a second.
  void sweep();

 private:
  // Of the location service: from the shard that changed something, or from whoever sweeps.
  void changed(std::string_view aor, registrar::Cause cause) override;

  Refused refused() const;
  void make_shards(const conf::Config& config);
  void listen(const conf::Config& config);
  void make_cores(const conf::Config& config);
  void read_users();

  const std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
  const Processors processors_;
  const bool pin_threads_;
  TokenKeys keys_;
  bool made_certificate_ = false;
  std::unique_ptr<Certificates> certificates_;  // none without a listener that needs them
  proxy::UaFlows ua_flows_;
  std::unique_ptr<registrar::LocationService> location_;
  registrar::UserTable users_;
  std::optional<UsersFile> users_file_;
  std::unique_ptr<registrar::UserStore> user_store_;  // null: `users_` does not change
  std::uint64_t users_version_ = 0;
  proxy::InviteIndex invites_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<transport::Listener> listening_;
  std::unique_ptr<registrar::Domains> domains_;
  std::unique_ptr<digest::ProtectionSpace> protection_space_;
  std::unique_ptr<proxy::LocalAddresses> local_;
  OverloadReport overload_report_;
};

}  // namespace flowgate::server
