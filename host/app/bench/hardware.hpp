// The machine a benchmark runs on, for its result.
#pragma once

#include <cstdint>
#include <string>

namespace sprig::app {

std::string processor_name();  // as Linux calls it; "unknown" where it does not say
int processor_count();         // logical processors that this process may use
std::uint64_t peak_memory();   // bytes of RAM that this process has used at most so far

// Bytes a second of a = b + s c over arrays of kTriadBytes together, all threads, the fastest of a few runs (STREAM's
// triad: three arrays, write-allocate not counted).
inline constexpr double kTriadBytes = 3 * 128.0 * 1024 * 1024;
double triad_bandwidth(int threads);

}  // namespace sprig::app
