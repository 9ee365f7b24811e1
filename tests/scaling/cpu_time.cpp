#include "cpu_time.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

namespace flowgate::scaling {

std::chrono::nanoseconds cpu_time(pid_t process) {
  std::int64_t all = 0;
  std::vector<pid_t> processes{process};
  for (std::size_t i = 0; i < processes.size(); ++i) {
    std::error_code gone;
    const std::string tasks = "/proc/" + std::to_string(processes[i]) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks, gone)) {
      std::int64_t nanoseconds = 0;
      std::ifstream(task.path() / "schedstat") >> nanoseconds;
      all += nanoseconds;
      std::ifstream children(task.path() / "children");
      for (pid_t child = 0; children >> child;) processes.push_back(child);
    }
  }
  return std::chrono::nanoseconds(all);
}

}  // namespace flowgate::scaling
