#include "proxy/server/home_location.h"

#include <boost/asio/post.hpp>

namespace flowgate::server {

HomeLocation::HomeLocation(boost::asio::io_context& context, registrar::LocationService& store,
                           std::function<void()> before, std::function<void()> after)
    : context_(context), store_(store), before_(std::move(before)), after_(std::move(after)) {}

bool HomeLocation::at_home() const {
  return context_.get_executor().running_in_this_thread();
}

void HomeLocation::lookup(std::string_view aor, Visit visit) {
  store_.lookup(aor, [this, visit = std::move(visit)](const registrar::Record& record) {
    if (at_home()) return visit(record);
    bring_home([&](Arrivals& arrivals) { arrivals.records.emplace_back(visit, record); });
  });
}

void HomeLocation::update(std::string_view aor, Change change, Done done) {
  store_.update(
      aor, std::move(change), [this, done = std::move(done)](boost::system::error_code error) mutable {
        if (at_home()) return done(error);
        bring_home([&](Arrivals& arrivals) { arrivals.outcomes.emplace_back(std::move(done), error); });
      });
}

template <class Arrive>
void HomeLocation::bring_home(const Arrive& arrive) {
  {
    const std::lock_guard lock{mutex_};
    const bool under_way = !arrivals_.empty();
    arrive(arrivals_);
    if (under_way) return;
  }
  boost::asio::post(context_, [this] { receive(); });
}

void HomeLocation::receive() {
  Arrivals arrivals;
  {
    const std::lock_guard lock{mutex_};
    std::swap(arrivals, arrivals_);
  }
  before_();
  for (const auto& [done, error] : arrivals.outcomes) done(error);
  for (const auto& [visit, record] : arrivals.records) visit(record);
  after_();
}

}  // namespace flowgate::server
