#include "location_contract.h"
#include "registrar/memory_store.h"

namespace flowgate::registrar {
namespace {

struct InMemory {
  MemoryStore store;
  LocationService& location() { return store; }
  void settle() {}
};

INSTANTIATE_TYPED_TEST_SUITE_P(MemoryStore, LocationContract, InMemory);

}  // namespace
}  // namespace flowgate::registrar
