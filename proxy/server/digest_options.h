// What the configuration says of digest authentication.
#pragma once

#include "conf/config.h"
#include "registrar/digest/protection_space.h"

namespace flowgate::server {

digest::Algorithm digest_algorithm(conf::DigestAlgorithm algorithm);
// Nonces live by the wall clock as it is now.
digest::Options digest_options(const conf::Config& config);

}  // namespace flowgate::server
