#include "proxy/server/inbox.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace flowgate::server {
namespace {

constexpr std::size_t most_octets = std::size_t{16} << 20;
// What a burst took is given back.
constexpr std::size_t most_kept = std::size_t{1} << 20;

}  // namespace

void Inbox::put(const Flow& flow, std::string_view text) {
  bool first = false;
  {
    const std::lock_guard lock{mutex_};
    if (arrived_.text.size() + text.size() > most_octets) return;
    first = arrived_.letters.empty();
    arrived_.letters.push_back({flow, text.size()});
    arrived_.text += text;
  }
  // Whoever wakes up finds the lock free.
  if (first) boost::asio::post(context_, [this] { receive(); });
}

void Inbox::receive() {
  {
    const std::lock_guard lock{mutex_};
    std::swap(arrived_, read_);
  }
  char* at = read_.text.data();
  for (const Letter& letter : read_.letters) {
    receive_(letter.flow, {at, letter.size});
    at += letter.size;
  }
  if (read_.text.capacity() > most_kept) read_ = {};
  read_.letters.clear();
  read_.text.clear();
}

}  // namespace flowgate::server
