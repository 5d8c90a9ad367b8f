// Many independent pieces of work side by side: cells of a study, candidates of a search, models that learn.
#pragma once

#include <cstddef>
#include <functional>

#include "sprig/config/config.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/session/progress.hpp"

namespace sprig {

// How many jobs are worked on at once: one a thread on the CPU (each then has one thread); one after the other on a
// device, which they would only share.
int job_workers(const Config& config, std::size_t jobs);

// Calls work(i, progress) for i in [0, count) on up to `workers` threads, each index once. progress says to stop when
// that was asked for or another job failed; work that cannot go on throws. The first error (not Interrupted) is thrown
// here after every worker has ended. Returns whether all of them were done.
bool for_each_job(std::size_t count, int workers, ProgressLine& line,
                  const std::function<void(std::size_t, const Progress&)>& work);

}  // namespace sprig
