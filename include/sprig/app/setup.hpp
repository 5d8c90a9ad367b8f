// From the configuration to what runs: network, drive, simulation options.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <nlohmann/json.hpp>

#include "sprig/app/progress.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/io/config.hpp"

namespace sprig::app {

Network make_network(const Config& config, std::uint32_t seed);  // built, or loaded when network.file is set
Drive make_drive(const DriveSection& drive, std::uint32_t neurons);
int thread_count(int asked);             // that many; 0: all that OpenMP offers
int thread_count(const Config& config);  // of run.threads

// "cpu" or "cuda": what run.device = "auto" comes to here.
std::string device_used(const Config& config);
// Throws DeviceError when run.device = "cuda" and there is none.
void require_device(const Config& config);

// How many cells of a study are worked on at once: one a thread on the CPU (each then has one thread); one after the
// other on a device, which they would only share.
int cell_workers(const Config& config, std::size_t cells);

// Exponent k with its standard error; "n/a" where a run that stopped early has none, alone where it has no error.
std::string exponent_text(const LyapunovResult& result, std::size_t k, int digits);

// In order.
double sum_of(const std::vector<double>& values);

// What result.json says of a spectrum.
nlohmann::ordered_json lyapunov_json(const LyapunovResult& result);

// Calls work(i, progress) for i in [0, count) on up to `workers` threads, each index once. progress returns false to
// stop; work that cannot go on throws. The first error (not Interrupted) is thrown here after every worker has ended.
// Returns whether all of them were done.
bool for_each_cell(std::size_t count, int workers, ProgressLine& line,
                   const std::function<void(std::size_t, const Progress&)>& work);

}  // namespace sprig::app
