// A registrar and authoritative proxy behind edges of other makes.
#pragma once

#include "support/ladder.h"

namespace flowgate::test {

inline proxy::Roles registrar_alone() {
  proxy::Roles roles;
  roles.edge = false;
  return roles;
}

}  // namespace flowgate::test
