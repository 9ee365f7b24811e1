#include "sim/farm.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "sim/entropy.h"

namespace flowgate::sim {
namespace {

// An outcome as it goes through a pipe: numbers, then texts with their sizes in front.
std::string pack(const Outcome& outcome) {
  std::string packed;
  const auto number = [&packed](std::uint64_t value) {
    packed.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  number(outcome.seed);
  number(outcome.hosts);
  number(outcome.messages);
  number(outcome.faults);
  number(outcome.octets_hash);
  number(outcome.course_hash);
  number(static_cast<std::uint64_t>(outcome.elapsed.count()));
  for (const std::string* text : {&outcome.invariant, &outcome.what, &outcome.ladder}) {
    number(text->size());
    packed += *text;
  }
  return packed;
}

class Reader {
 public:
  explicit Reader(int fd) : fd_(fd) {}
  bool octets(char* to, std::size_t size) {
    for (std::size_t done = 0; done < size;) {
      const ssize_t count = ::read(fd_, to + done, size - done);
      if (count <= 0) return false;
      done += static_cast<std::size_t>(count);
    }
    return true;
  }
  bool number(std::uint64_t& value) { return octets(reinterpret_cast<char*>(&value), sizeof value); }
  bool text(std::string& text) {
    std::uint64_t size = 0;
    if (!number(size)) return false;
    text.resize(size);
    return octets(text.data(), size);
  }

 private:
  int fd_;
};

bool unpack(int fd, Outcome& outcome) {
  Reader reader(fd);
  std::uint64_t elapsed = 0;
  const bool whole = reader.number(outcome.seed) && reader.number(outcome.hosts) &&
                     reader.number(outcome.messages) && reader.number(outcome.faults) &&
                     reader.number(outcome.octets_hash) && reader.number(outcome.course_hash) &&
                     reader.number(elapsed) && reader.text(outcome.invariant) && reader.text(outcome.what) &&
                     reader.text(outcome.ladder);
  outcome.elapsed = Duration(static_cast<Duration::rep>(elapsed));
  return whole;
}

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count <= 0) std::_Exit(1);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

// One process, and the jobs that are its: every `workers`th.
struct Worker {
  pid_t pid = 0;
  int fd = -1;
  std::size_t next = 0;
};

Worker start(const std::vector<Job>& jobs, std::size_t first, std::size_t stride) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  std::fflush(nullptr);
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("no process");
  if (pid > 0) {
    ::close(ends[1]);
    return {pid, ends[0], first};
  }
  ::close(ends[0]);
  for (std::size_t i = first; i < jobs.size(); i += stride) write_all(ends[1], pack(run_job(jobs[i])));
  std::fflush(nullptr);
  std::exit(0);  // runs the leak checker of a sanitized build
}

}  // namespace

Outcome run_job(const Job& job) {
  choose_hash_key(job.hash_key);
  return Simulation(job.seed, job.sabotage, job.verbose).run();
}

Outcome run_alone(const Job& job) {
  Outcome outcome;
  run_jobs({job}, 1, [&outcome](const Outcome& it) { outcome = it; });
  return outcome;
}

void run_jobs(const std::vector<Job>& jobs, unsigned workers,
              const std::function<void(const Outcome&)>& show) {
  std::vector<Worker> running;
  for (std::size_t i = 0; i < std::min<std::size_t>(workers, jobs.size()); ++i)
    running.push_back(start(jobs, i, workers));
  while (!running.empty()) {
    std::vector<pollfd> waiting;
    for (const Worker& worker : running) waiting.push_back({worker.fd, POLLIN, 0});
    ::poll(waiting.data(), waiting.size(), -1);
    for (std::size_t i = running.size(); i-- > 0;) {
      if (waiting[i].revents == 0) continue;
      Worker& worker = running[i];
      Outcome outcome;
      if (unpack(worker.fd, outcome)) {
        worker.next += workers;
        show(outcome);
        continue;
      }
      int status = 0;
      ::close(worker.fd);
      ::waitpid(worker.pid, &status, 0);
      const bool died = worker.next < jobs.size();
      if (died || status != 0) {
        outcome = {};
        outcome.seed = died ? jobs[worker.next].seed : 0;
        outcome.invariant = "survives";
        outcome.what = "the process ended with status " + std::to_string(status);
        show(outcome);
      }
      if (died && worker.next + workers < jobs.size()) {
        worker = start(jobs, worker.next + workers, workers);
      } else {
        running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
  }
}

}  // namespace flowgate::sim
