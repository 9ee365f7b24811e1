#include "cpu_time.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace flowgate::scaling {

std::chrono::nanoseconds cpu_time(pid_t process) {
  std::int64_t all = 0;
  std::error_code gone;
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task", gone)) {
    std::int64_t nanoseconds = 0;
    std::ifstream(task.path() / "schedstat") >> nanoseconds;
    all += nanoseconds;
  }
  return std::chrono::nanoseconds(all);
}

}  // namespace flowgate::scaling
