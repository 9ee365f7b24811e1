// What `registrar.store` names.
#pragma once

#include <memory>

#include "conf/config.h"
#include "proxy/node.h"
#include "proxy/ua_flows.h"
#include "registrar/location_service.h"
#include "registrar/user_store.h"

namespace flowgate::server {

// Throws what open_location() would of a database, but for another flowgate that is using it; makes and
// changes nothing. Nobody asks Redis.
void check_store(const conf::Config& config);

// This node among those that share a store; nothing when none is shared.
proxy::Node node_of(const conf::Config& config);

// The UDP flows of phones that promised keepalives, and that are still registered from before, are watched
// from now on as if something had just been heard on them. Throws std::runtime_error with one line that says
// what is wrong.
std::unique_ptr<registrar::LocationService> open_location(const conf::Config& config,
                                                          proxy::UaFlows& ua_flows);

// Null: the store keeps no users. Throws as open_location() does.
std::unique_ptr<registrar::UserStore> open_users(const conf::Config& config);

}  // namespace flowgate::server
