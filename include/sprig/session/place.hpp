// Where work runs: on which device, with how many threads.
#pragma once

#include <string>

#include "sprig/config/config.hpp"

namespace sprig {

int thread_count(int asked);             // that many; 0: all that OpenMP offers
int thread_count(const Config& config);  // of run.threads

// "cpu" or "cuda": what run.device = "auto" comes to here.
std::string device_used(const Config& config);
// Throws DeviceError when run.device = "cuda" and there is none.
void require_device(const Config& config);

}  // namespace sprig
