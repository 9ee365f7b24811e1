// The simulator: sim --seed N, sim --seeds A..B, and the proofs that it can be trusted.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "sim/farm.h"

namespace flowgate::sim {
namespace {

class Summary {
 public:
  void add(const Outcome& outcome) {
    ++seeds_;
    messages_ += outcome.messages;
    faults_ += outcome.faults;
    elapsed_ += outcome.elapsed;
    if (outcome.invariant.empty()) return;
    failed_.push_back(outcome.seed);
    std::printf("%sseed %llu: broken: %s: %s\nreplay: sim --seed %llu\n\n", outcome.ladder.c_str(),
                static_cast<unsigned long long>(outcome.seed), outcome.invariant.c_str(),
                outcome.what.c_str(), static_cast<unsigned long long>(outcome.seed));
    std::fflush(stdout);
  }
  int print() const {
    std::printf("%zu seeds, %.1f virtual hours, %llu messages, %llu faults, %zu failures\n", seeds_,
                static_cast<double>(elapsed_.count()) / 3.6e9, static_cast<unsigned long long>(messages_),
                static_cast<unsigned long long>(faults_), failed_.size());
    for (const std::uint64_t seed : failed_)
      std::printf("failed: %llu\n", static_cast<unsigned long long>(seed));
    return failed_.empty() ? 0 : 1;
  }

 private:
  std::size_t seeds_ = 0;
  std::uint64_t messages_ = 0, faults_ = 0;
  Duration elapsed_{};
  std::vector<std::uint64_t> failed_;
};

// "A..B" or "A"; nothing when it is neither.
std::vector<std::uint64_t> range(std::string_view text) {
  std::uint64_t first = 0, last = 0;
  const char* const end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, first);
  last = first;
  if (std::string_view(read.ptr, end).starts_with("..")) read = std::from_chars(read.ptr + 2, end, last);
  std::vector<std::uint64_t> seeds;
  if (read.ec != std::errc{} || read.ptr != end) return seeds;
  for (std::uint64_t seed = first; seed <= last; ++seed) seeds.push_back(seed);
  return seeds;
}

std::string check_range(const std::string& text) {
  return range(text).empty() ? "A..B is expected, not " + text : std::string{};
}

// Numbers, one to a line; '#' begins a comment.
std::vector<std::uint64_t> seeds_in(const std::string& file) {
  std::ifstream lines(file);
  std::vector<std::uint64_t> seeds;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::uint64_t seed = 0;
    if (words >> seed) seeds.push_back(seed);
  }
  return seeds;
}

int run_seeds(const std::vector<std::uint64_t>& seeds, unsigned workers, Sabotage sabotage) {
  std::vector<Job> jobs;
  for (const std::uint64_t seed : seeds) jobs.push_back({seed, sabotage, 1, false});
  Summary summary;
  run_jobs(jobs, workers, [&summary](const Outcome& outcome) { summary.add(outcome); });
  return summary.print();
}

// Each seed in two processes gives the same octets; with another hash key, which the tables of the core go
// by, at least the same course of events.
bool is_deterministic(std::uint64_t seed, Sabotage sabotage) {
  const Outcome first = run_alone({seed, sabotage, 1, false});
  const Outcome second = run_alone({seed, sabotage, 1, false});
  const Outcome other_key = run_alone({seed, sabotage, 2, false});
  const bool same_octets = first.octets_hash == second.octets_hash;
  const bool same_course = first.course_hash == other_key.course_hash;
  std::printf("seed %llu: %llu messages, octets %016llx%s, course %016llx%s\n",
              static_cast<unsigned long long>(seed), static_cast<unsigned long long>(first.messages),
              static_cast<unsigned long long>(first.octets_hash), same_octets ? "" : " DIFFER",
              static_cast<unsigned long long>(first.course_hash), same_course ? "" : " DIFFERS");
  return same_octets && same_course && first.messages > 0;
}

int check_determinism(const std::vector<std::uint64_t>& seeds) {
  bool all = true;
  for (const std::uint64_t seed : seeds) all = is_deterministic(seed, Sabotage::none) && all;
  return all ? 0 : 1;
}

// Is it caught by its invariant, with one host and with three?
bool is_caught(const SabotageMode& mode, const std::vector<std::uint64_t>& seeds) {
  std::map<std::uint64_t, std::string> caught;  // by hosts
  for (const std::uint64_t seed : seeds) {
    const Outcome outcome = run_alone({seed, mode.sabotage, 1, false});
    if (outcome.invariant == mode.invariant) caught.try_emplace(outcome.hosts, outcome.what);
    if (mode.hosts != 0 ? caught.contains(mode.hosts) : caught.size() == 2) break;
  }
  const bool all = mode.hosts != 0 ? caught.contains(mode.hosts) : caught.size() == 2;
  std::printf("%-18s %s\n", std::string(mode.name).c_str(), all ? "caught" : "MISSED");
  for (const auto& [hosts, what] : caught)
    std::printf("  with %llu: %s: %s\n", static_cast<unsigned long long>(hosts),
                std::string(mode.invariant).c_str(), what.c_str());
  return all;
}

// Each invariant fails when it is broken on purpose.
int check_sabotage(const std::vector<std::uint64_t>& seeds) {
  bool all = true;
  for (const SabotageMode& mode : sabotage_modes) {
    const bool caught = mode.sabotage == Sabotage::use_true_entropy
                            ? !is_deterministic(seeds.front(), mode.sabotage)
                            : is_caught(mode, seeds);
    if (!caught) std::printf("%s was not caught\n", std::string(mode.name).c_str());
    all = caught && all;
  }
  return all ? 0 : 1;
}

Sabotage sabotage_named(const std::string& name) {
  const auto mode = std::ranges::find(sabotage_modes, name, &SabotageMode::name);
  return mode == sabotage_modes.end() ? Sabotage::none : mode->sabotage;
}

std::string check_sabotage_name(const std::string& name) {
  return sabotage_named(name) == Sabotage::none ? "no such sabotage: " + name : std::string{};
}

int run(int argc, char** argv) {
  CLI::App app{"flowgate in a simulated network, in virtual time"};
  std::uint64_t seed = 0;
  std::uint64_t hash_key = 1;
  unsigned workers = 2;
  std::string seeds = "1..300", file, sabotage;
  bool verbose = false, determinism = false, can_fail = false;
  const auto* const one = app.add_option("--seed", seed, "Run one seed in this process");
  app.add_option("--seeds", seeds, "Run the seeds A..B")->capture_default_str()->check(check_range);
  app.add_option("--file", file, "Run the seeds in a file")->check(CLI::ExistingFile);
  app.add_option("-j", workers, "Processes")->capture_default_str()->check(CLI::Range(1U, 256U));
  app.add_option("--break", sabotage, "Put a fault in on purpose")->check(check_sabotage_name);
  app.add_option("--hash-key", hash_key, "Of the core's tables, with --seed")->capture_default_str();
  app.add_flag("--verbose", verbose, "With --seed: print every message");
  app.add_flag("--determinism", determinism, "Run each seed three times and compare");
  app.add_flag("--can-fail", can_fail, "Break each invariant on purpose");
  CLI11_PARSE(app, argc, argv);
  if (one->count() > 0) {
    Summary summary;
    const Outcome outcome = run_job({seed, sabotage_named(sabotage), hash_key, verbose});
    summary.add(outcome);
    std::printf("octets %016llx\n", static_cast<unsigned long long>(outcome.octets_hash));
    return summary.print();
  }
  const std::vector<std::uint64_t> numbers = file.empty() ? range(seeds) : seeds_in(file);
  if (determinism) return check_determinism(numbers);
  if (can_fail) return check_sabotage(numbers);
  return run_seeds(numbers, workers, sabotage_named(sabotage));
}

}  // namespace
}  // namespace flowgate::sim

int main(int argc, char** argv) {
  return flowgate::sim::run(argc, argv);
}
