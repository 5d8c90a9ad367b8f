// What `sprig bench` says of its measurements: figures, tables, JSON, and ratios to an earlier result.
#pragma once

#include <string>
#include <vector>

#include "host/app/bench_measure.hpp"
#include "host/app/bench_sweep.hpp"

namespace sprig::app {

// NaN where nothing was timed.
struct BenchFigures {
  double wall_s = 0;                            // median over the repeats
  double rtf = 0, rtf_least = 0, rtf_most = 0;  // real-time factor: wall time / model time; median and spread
  double steps_per_s = 0, events_per_s = 0;     // by the median
  double bytes_per_event = 0;                   // a packed synapse: what delivering it must read at least
};
BenchFigures figures_of(const BenchCase& one, const Measurement& measured);

// Of the memory that synapses are read from.
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

// An earlier result.json of the same benchmark with the same parameters. Errors: InputError with the path.
Json read_earlier(const std::string& path, const std::string& benchmark, const Json& parameters);
// Ratios of this result to it: rtf, events_per_s, construct_s.
Json ratios_json(const std::string& path, const Json& earlier, const Json& result);
std::string ratios_text(const Json& ratios);

}  // namespace sprig::app
