// The location service as a shard's core may use it: what a store calls back from another thread comes on the
// shard's own. What is called inside the call passes at once.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "registrar/location_service.h"

namespace flowgate::server {

// For the thread that runs `context`. Outlives it, and the store's last callback.
class HomeLocation final : public registrar::LocationService {
 public:
  // `before` and `after` are called around callbacks that come later: time must have moved before the core
  // goes on, and what it did may need a timer.
  HomeLocation(boost::asio::io_context& context, registrar::LocationService& store,
               std::function<void()> before, std::function<void()> after);

  void lookup(std::string_view aor, Visit visit) override;
  void update(std::string_view aor, Change change, Done done) override;
  void remove_flow(const Flow& flow) override { store_.remove_flow(flow); }
  void remove_dead(std::string_view aor, Dead dead) override { store_.remove_dead(aor, std::move(dead)); }
  std::optional<Dialect> registered_over(const Flow& flow, registrar::Instant now) override {
    return store_.registered_over(flow, now);
  }
  void sweep(registrar::Instant now) override { store_.sweep(now); }
  std::size_t size() const override { return store_.size(); }

 private:
  struct Arrivals {
    std::vector<std::pair<Done, boost::system::error_code>> outcomes;
    std::vector<std::pair<Visit, registrar::Record>> records;
    bool empty() const { return outcomes.empty() && records.empty(); }
  };
  bool at_home() const;
  template <class Arrive>
  void bring_home(const Arrive& arrive);
  void receive();

  boost::asio::io_context& context_;
  registrar::LocationService& store_;
  std::function<void()> before_, after_;
  std::mutex mutex_;
  Arrivals arrivals_;  // many are brought home by one post
};

}  // namespace flowgate::server
