#include "proxy/server/descriptors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace flowgate::server {

void prepare_descriptors(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  // A descriptor with the highest number that is wanted makes the table as large as that. It never shrinks.
  const auto highest = static_cast<int>(std::min<rlim_t>({wanted, limit.rlim_max, 1 << 20})) - 1;
  const int any = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int last = any < 0 ? -1 : ::fcntl(any, F_DUPFD_CLOEXEC, highest);
  for (const int fd : {any, last}) {
    if (fd >= 0) ::close(fd);
  }
}

}  // namespace flowgate::server
