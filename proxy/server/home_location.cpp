#include "proxy/server/home_location.h"

#include <boost/asio/post.hpp>

namespace flowgate::server {

HomeLocation::HomeLocation(boost::asio::io_context& context, registrar::LocationService& store,
                           std::function<void()> before, std::function<void()> after)
    : context_(context), store_(store), before_(std::move(before)), after_(std::move(after)) {}

void HomeLocation::arrived(std::unique_ptr<registrar::Update> update, boost::system::error_code error) {
  if (context_.get_executor().running_in_this_thread()) return update->done(error);
  {
    const std::lock_guard lock{mutex_};
    arrivals_.push_back({std::move(update), error});
    if (arrivals_.size() > 1) return;
  }
  boost::asio::post(context_, [this] { receive(); });
}

void HomeLocation::receive() {
  {
    const std::lock_guard lock{mutex_};
    std::swap(received_, arrivals_);
  }
  before_();
  for (const Arrival& arrival : received_) arrival.update->done(arrival.error);
  received_.clear();
  after_();
}

}  // namespace flowgate::server
