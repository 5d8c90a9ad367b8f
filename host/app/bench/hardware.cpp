#include "host/app/bench/hardware.hpp"

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <limits>
#include <memory>

namespace sprig::app {

std::string processor_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.rfind("model name", 0) == 0 && line.find(": ") != std::string::npos)
      return line.substr(line.find(": ") + 2);
  return "unknown";
}

int processor_count() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

std::uint64_t peak_memory() {
  // getrusage() would count what the process that started this one had.
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "VmHWM:") {
      std::uint64_t kib = 0;
      if (status >> kib) return kib * 1024;
    }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

double triad_bandwidth(int threads) {
  constexpr auto kEntries = static_cast<std::int64_t>(kTriadBytes / 3 / sizeof(double));
  constexpr int kRuns = 6;
  const auto array = [] { return std::make_unique_for_overwrite<double[]>(static_cast<std::size_t>(kEntries)); };
  const auto a = array(), b = array(), c = array();
  double *to = a.get(), *one = b.get(), *other = c.get();
  (void)threads;
  // Each thread touches its part first, so that it lies near it.
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::int64_t i = 0; i < kEntries; ++i) to[i] = 0, one[i] = 1, other[i] = static_cast<double>(i);
  double fastest = std::numeric_limits<double>::infinity();
  for (int run = 0; run < kRuns; ++run) {
    const double scale = 1 + run;  // another result each time, so that no run can be left out
    const auto start = std::chrono::steady_clock::now();
#pragma omp parallel for schedule(static) num_threads(threads)
    for (std::int64_t i = 0; i < kEntries; ++i) to[i] = one[i] + scale * other[i];
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    volatile double used = to[run];
    (void)used;
    fastest = std::min(fastest, seconds.count());
  }
  return kTriadBytes / fastest;
}

}  // namespace sprig::app
