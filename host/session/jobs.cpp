#include "sprig/session/jobs.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "sprig/core/error.hpp"
#include "sprig/core/shared_progress.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/signals.hpp"

namespace sprig {

Workers job_workers(const Config& config, std::size_t jobs) {
  const Device device = device_used(config);
  const int team = team_size(config.simulation.threads);
  Workers workers;
  if (device == Device::cuda_all)
    for (const int gpu : cuda::usable_gpus()) workers.devices.push_back(Device::cuda_at(gpu));
  else
    workers.devices.assign(device.names_gpu() ? 1 : static_cast<std::size_t>(team), device);
  workers.devices.resize(std::min(workers.devices.size(), std::max<std::size_t>(jobs, 1)), device);
  const auto count = static_cast<int>(workers.devices.size());
  workers.threads = count == 1           ? config.simulation.threads
                    : device.names_gpu() ? std::max(team / std::max(count, 1), 1)
                                         : 1;
  return workers;
}

bool for_each_job(std::size_t count, const Workers& workers, ProgressLine& line, const Job& work) {
  std::atomic<std::size_t> next{0}, done{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  std::exception_ptr error;
  SharedProgress jobs(Progress([&](double fraction) {
                        return line.update(fraction, std::to_string(done.load()) + "/" + std::to_string(count)) &&
                               !failed.load();
                      }),
                      count);
  const auto worker = [&](const Device& device) {
    for (std::size_t i; !failed.load() && !stop_requested() && (i = next.fetch_add(1)) < count;) {
      try {
        const Progress progress = jobs.piece();
        work(i, {device, workers.threads}, progress);
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
  const std::size_t at_work = std::min(count, workers.devices.size());
  try {
    for (std::size_t w = 1; w < at_work; ++w) threads.emplace_back(worker, workers.devices[w]);
  } catch (const std::system_error&) {  // a limit of threads: those that there are do all of it
  }
  if (at_work > 0) worker(workers.devices[0]);
  for (std::thread& thread : threads) thread.join();
  if (error) std::rethrow_exception(error);
  return done.load() == count;
}

}  // namespace sprig
