// Many independent pieces of work side by side: cells of a study, candidates of a search, models that learn.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "sprig/config/config.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/session/progress.hpp"

namespace sprig {

// Who works on jobs at once, one after the other each. On the CPU a worker a thread, which then has that one thread; on
// a GPU one, for several would only share it; with cuda:all one a GPU. Results do not depend on it.
struct Workers {
  std::vector<Device> devices;  // of each
  int threads = 0;              // of each, as run.threads

  int count() const { return static_cast<int>(devices.size()); }
};
Workers job_workers(const Config& config, std::size_t jobs);

// Where one of them works.
struct Place {
  Device device;
  int threads;

  // The same options for a job of this worker: one that is asked to run on any GPU runs on the worker's.
  SimulationOptions here(SimulationOptions options) const {
    if (options.device == Device::cuda_all && device.names_gpu()) options.device = device;
    options.threads = threads;
    return options;
  }
};
using Job = std::function<void(std::size_t index, const Place& place, const Progress& progress)>;

// Calls work for each index in [0, count) once, each worker on a thread of its own. progress says to stop when that was
// asked for or another job failed; work that cannot go on throws. The first error (not Interrupted) is thrown here
// after every worker has ended. Returns whether all of them were done.
bool for_each_job(std::size_t count, const Workers& workers, ProgressLine& line, const Job& work);

}  // namespace sprig
