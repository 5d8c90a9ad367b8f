// Series to forecast: chaotic systems, a stochastic one whose law is known, and the user's own files; and series that
// answer to a random input (memory_series.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/core/fields.hpp"
#include "sprig/formats/csv.hpp"

namespace sprig {

// data[sample * channels + channel].
struct Series {
  std::uint32_t channels = 0;
  std::uint64_t samples = 0;
  double dt = 0;        // time between samples, in the system's own time
  double lyapunov = 0;  // the system's largest exponent, per unit of its time; 0: none is known
  std::vector<double> data;
  // > 0: the first so many channels are an input, only fed in, and the others its targets, only predicted, each beside
  // the newest input that it depends on. 0: every channel may be fed in, and all are predicted.
  std::uint32_t inputs = 0;
  std::vector<double> mean = {}, sd = {};  // [channel], that the data were standardised by; empty: they were not
  std::uint32_t first_target() const { return inputs; }
  std::uint32_t targets() const { return channels - inputs; }
  double at(std::uint64_t sample, std::uint32_t channel) const { return data[sample * channels + channel]; }
  // A sample in the unit of valid prediction times: Lyapunov times, or samples where there is no exponent.
  double sample_in_valid_time() const { return lyapunov > 0 ? dt * lyapunov : 1; }
};

inline constexpr std::uint32_t kMostMemory = 1000;  // samples of each of the memory_..., copy_... below
inline constexpr Allowed kMemory = between(1, kMostMemory);

// Which series. The defaults of dt make 15 samples about 0.2 Lyapunov times and half a turn of every chaotic system:
// lorenz63 0.02, roessler 0.2, mackey_glass 2. All others have samples and no time: their dt is 1.
struct SeriesSource {
  std::string system = "lorenz63";
  double dt = 0;                            // system time between samples; 0: the system's own
  std::string file;                         // csv: path
  std::vector<std::string> columns;         // csv: names or numbers from 0, in the order of the channels; empty: all
  CsvHeader header = CsvHeader::automatic;  // csv
  std::uint32_t memory_lags = 20;           // memory_capacity: targets are the input 1, ..., so many samples ago
  std::uint32_t memory_delay = 2;           // delayed_xor, copy: samples before what is asked for, or between
  std::uint32_t copy_length = 3;            // copy: bits of a pattern
  InputLimits limits;                       // csv
};

// Is it the name of a series that answers to an input: "narma10", "narma30", "memory_capacity", "delayed_xor", "copy"?
bool is_driven_series(const std::string& system);

// Lorenz 1963 (sigma 10, rho 28, beta 8/3), RK4 with `substeps` steps a sample, from a random point near the attractor
// drawn by `seed`, after a transient of 50 time units. Largest exponent 0.9056. Errors: ConfigError (task.dt, ...).
Series lorenz63(std::uint64_t samples, double dt, std::uint32_t substeps, std::uint32_t seed);

// Roessler, Phys. Lett. A 57, 397 (1976), a = b = 0.2, c = 5.7; likewise, after 500 time units. Largest exponent 0.0714
// (Sprott, Chaos and Time-Series Analysis, 2003).
Series roessler(std::uint64_t samples, double dt, std::uint32_t substeps, std::uint32_t seed);

// Mackey & Glass, Science 197, 287 (1977): x' = 0.2 x(t - 17) / (1 + x(t - 17)^10) - 0.1 x, one channel; RK4 whose
// delayed values between grid points are cubic Hermite interpolants (fourth order, like RK4 itself), from a constant
// history drawn by `seed`, after 2000 time units. Largest exponent 0.0052 per unit of time [measured].
Series mackey_glass(std::uint64_t samples, double dt, std::uint32_t substeps, std::uint32_t seed);

// x_t = a_t + sqrt(2) sin(2 pi t / 50 + phase), a_t = 1.6 a_(t-1) - 0.8 a_(t-2) + e_t, white normal e: both parts have
// variance 1, and a is stationary from the first sample on. Phase and noise are drawn by `seed`. No exponent.
Series ar2_season(std::uint64_t samples, std::uint32_t seed);

// The first `samples` samples of a series, integrated finely enough. Errors: ConfigError for an unknown name
// (task.system, with the names there are), dt (task.dt: outside [1e-6, 10], or given where samples have no time), file
// or columns (task.file, task.columns), memory (memory_series.hpp); InputError with file, line and column for what is
// wrong in a file, and when it has too few rows.
Series make_series(const SeriesSource& source, std::uint64_t samples, std::uint32_t seed);

// Channels that can be fed in of the series that make_series() would make. A file is read; nothing else is made.
// Errors: those of make_series() but for memory.
std::uint32_t series_channels(const SeriesSource& source, std::uint64_t samples);

// Per-channel mean and standard deviation over samples [first, last). Errors: NumericalError for a constant channel.
struct Standardiser {
  std::vector<double> mean, sd;
  Standardiser(const Series& series, std::uint64_t first, std::uint64_t last);
  void apply(Series& series) const;  // to zero mean, unit variance; the series keeps what by
};

}  // namespace sprig
