#include "transport/receive_buffer.h"

#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

namespace flowgate::transport {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr long worst_percent = 10'000;

// socket(7): SIOCGSTAMP is for the datagram that was read last; the first call asks for the stamps.
bool stamp(int fd, timespec& when) {
  return ::ioctl(fd, SIOCGSTAMPNS, &when) == 0;
}

nanoseconds since(const timespec& when) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return seconds(now.tv_sec - when.tv_sec) + nanoseconds(now.tv_nsec - when.tv_nsec);
}

}  // namespace

ReceiveBuffer::ReceiveBuffer(int fd, std::chrono::milliseconds delay) : delay_(delay) {
  timespec ignored{};
  stamp(fd, ignored);
}

unsigned ReceiveBuffer::percent(int fd) {
  long most = 0;
  if (timespec when{}; stamp(fd, when)) most = std::max(most, 100 * since(when) / delay_);
  std::array<unsigned, SK_MEMINFO_VARS> memory{};
  socklen_t size = sizeof memory;
  if (::getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory.data(), &size) == 0) {
    const long whole = memory[SK_MEMINFO_RCVBUF], used = memory[SK_MEMINFO_RMEM_ALLOC];
    most = std::max(most, 50 * whole / std::max(1L, whole - used));
    if (std::exchange(drops_, memory[SK_MEMINFO_DROPS]) != memory[SK_MEMINFO_DROPS])
      most = std::max(most, 200L);
  }
  return static_cast<unsigned>(std::min(most, worst_percent));
}

}  // namespace flowgate::transport
