// What `sprig bench` says of its measurements: figures, tables, JSON, and ratios to an earlier result.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/app/bench/measure.hpp"
#include "host/app/bench/sweep.hpp"

namespace sprig::app {

double median(std::vector<double> values);  // NaN of nothing

// NaN where nothing was timed.
struct BenchFigures {
  double wall_s = 0;                            // median over the repeats
  double rtf = 0, rtf_least = 0, rtf_most = 0;  // real-time factor: wall time / model time; median and spread
  double steps_per_s = 0, events_per_s = 0;     // by the median
  double bytes_per_event = 0;                   // a packed synapse: what delivering it must read at least
};
BenchFigures figures_of(const BenchCase& one, const Measurement& measured);

// The bandwidth of the memory that synapses are read from.
struct Bandwidth {
  double bytes_per_s = 0;  // 0: not known
  std::string source;
};
// Measured on the CPU, where there is room for it; the driver's figure on a device.
Bandwidth bandwidth(const Config& config);

// Everything about one case; the keys that every result has, and what else is useful.
Json case_json(const BenchCase& one, const Measurement& measured, const Bandwidth& bandwidth);

// One case on its own, or a line for each of several.
std::string case_text(const BenchCase& one, const Measurement& measured, const Bandwidth& bandwidth);
std::string cases_text(const std::vector<BenchCase>& cases, const std::vector<Measurement>& measured);

// The index of the case with most synaptic events, whose figures stand for all.
std::size_t headline(const std::vector<Measurement>& measured);

SweepRow sweep_row(const BenchCase& one, const Measurement& measured);

// The machine and the build.
Json hardware_json(const Config& config);
std::string hardware_text(const Config& config);

// Bytes. Of RAM, but for device_plan, which is a part of plan.
struct BenchMemory {
  std::uint64_t peak = 0;    // of the whole process
  std::uint64_t growth = 0;  // of that, what came since the first network was begun
  double plan = 0, device_plan = 0;
};
Json memory_json(const BenchMemory& memory);
std::string memory_text(const BenchMemory& memory);

}  // namespace sprig::app
