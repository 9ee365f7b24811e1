// The location service as a shard's core may use it: an update that ends on another thread is brought to the
// shard's own. What ends inside the call passes at once.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "registrar/location_service.h"

namespace flowgate::server {

// For the thread that runs `context`. Outlives it, and the store's last callback.
class HomeLocation final : public registrar::LocationService, private registrar::Home {
 public:
  // `before` and `after` are called around what comes later: time must have moved before the core goes on,
  // and what it did may need a timer.
  HomeLocation(boost::asio::io_context& context, registrar::LocationService& store,
               std::function<void()> before, std::function<void()> after);

  void submit(std::string_view aor, std::unique_ptr<registrar::Lookup> lookup) override {
    store_.submit(aor, std::move(lookup));
  }
  void submit(std::string_view aor, std::unique_ptr<registrar::Update> update) override {
    update->set_home(*this);
    store_.submit(aor, std::move(update));
  }
  void remove_flow(const Flow& flow) override { store_.remove_flow(flow); }
  void remove_dead(std::string_view aor, Dead dead) override { store_.remove_dead(aor, std::move(dead)); }
  std::optional<Dialect> registered_over(const Flow& flow, registrar::Instant now) override {
    return store_.registered_over(flow, now);
  }
  void sweep(registrar::Instant now) override { store_.sweep(now); }
  std::size_t size() const override { return store_.size(); }

 private:
  struct Arrival {
    std::unique_ptr<registrar::Update> update;
    boost::system::error_code error;
  };
  void arrived(std::unique_ptr<registrar::Update> update, boost::system::error_code error) override;
  void receive();

  boost::asio::io_context& context_;
  registrar::LocationService& store_;
  std::function<void()> before_, after_;
  std::mutex mutex_;
  std::vector<Arrival> arrivals_;  // many are brought home by one post
  std::vector<Arrival> received_;  // keeps its room
};

}  // namespace flowgate::server
