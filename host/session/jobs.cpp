#include "sprig/session/jobs.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sprig/core/error.hpp"
#include "sprig/core/shared_progress.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/signals.hpp"

namespace sprig {

int job_workers(const Config& config, std::size_t jobs) {
  if (device_used(config) == "cuda") return 1;
  return static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(team_size(config.simulation.threads)), jobs));
}

bool for_each_job(std::size_t count, int workers, ProgressLine& line,
                  const std::function<void(std::size_t, const Progress&)>& work) {
  std::atomic<std::size_t> next{0}, done{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  std::exception_ptr error;
  SharedProgress jobs(Progress([&](double fraction) {
                        return line.update(fraction, std::to_string(done.load()) + "/" + std::to_string(count)) &&
                               !failed.load();
                      }),
                      count);
  const auto worker = [&] {
    for (std::size_t i; !failed.load() && !stop_requested() && (i = next.fetch_add(1)) < count;) {
      try {
        const Progress progress = jobs.piece();
        work(i, progress);
        done.fetch_add(1);
        progress(1);
      } catch (const Interrupted&) {
        return;  // asked to stop, or another job failed
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failed.exchange(true)) error = std::current_exception();
        return;
      }
    }
  };
  std::vector<std::thread> threads;
  const std::size_t helpers = std::min(count, static_cast<std::size_t>(std::max(workers, 1)));
  for (std::size_t t = 1; t < helpers; ++t) threads.emplace_back(worker);
  worker();
  for (std::thread& thread : threads) thread.join();
  if (error) std::rethrow_exception(error);
  return done.load() == count;
}

}  // namespace sprig
