#include <filesystem>
#include <fstream>

#include "location_contract.h"
#include "registrar/sqlite_store.h"
#include "store_folder.h"

namespace flowgate::registrar {
namespace {

class InDatabase {
 public:
  LocationService& location() { return store_; }

  // Updates are carried out one after the other.
  void settle() {
    update([](Record& record) { record.bindings.emplace_back(); });
    update([](Record& record) { record.bindings.clear(); });
  }

  // Another file in the place of the database is not overwritten.
  void fails(bool fails) {
    if (fails) {
      std::filesystem::rename(folder_.database(), folder_.path() / "aside");
      std::ofstream(folder_.database()) << "a letter";
    } else {
      std::filesystem::rename(folder_.path() / "aside", folder_.database());
    }
  }

 private:
  void update(LocationService::Change change) {
    std::promise<void> told;
    store_.update("settled@example.com", std::move(change), [&](auto) { told.set_value(); });
    told.get_future().wait();
  }

  StoreFolder folder_;
  SqliteStore store_{folder_.options(), [](const Binding&) {}};
};

INSTANTIATE_TYPED_TEST_SUITE_P(SqliteStore, LocationContract, InDatabase);
INSTANTIATE_TYPED_TEST_SUITE_P(SqliteStore, FailingLocationContract, InDatabase);

}  // namespace
}  // namespace flowgate::registrar
