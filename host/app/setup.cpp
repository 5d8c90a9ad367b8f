#include "sprig/app/setup.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <mutex>
#include <numeric>
#include <thread>

#if defined(_OPENMP)
#include <omp.h>
#endif

#include "sprig/app/signals.hpp"
#include "sprig/app/table.hpp"
#include "sprig/core/error.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/io/network_file.hpp"

namespace sprig::app {

Network make_network(const Config& config, std::uint32_t seed) {
  return config.network_file.empty() ? build_network(config.network, seed) : load_network(config.network_file);
}

Drive make_drive(const DriveSection& drive, std::uint32_t neurons) {
  Drive made;
  if (drive.poisson_rate_hz > 0) {
    made.poisson_rate_hz.assign(neurons, drive.poisson_rate_hz);
    made.poisson_weight.assign(neurons, drive.poisson_weight);
  }
  if (drive.noise_sigma > 0) made.noise_sigma.assign(neurons, drive.noise_sigma);
  return made;
}

int thread_count(int asked) {
  if (asked > 0) return asked;
#if defined(_OPENMP)
  return omp_get_max_threads();
#else
  return 1;
#endif
}

int thread_count(const Config& config) { return thread_count(config.simulation.threads); }

std::string device_used(const Config& config) {
  return std::string(name_of(uses_device(config.simulation.device) ? Device::cuda : Device::cpu));
}

void require_device(const Config& config) {
  if (config.simulation.device == Device::cuda && cuda::devices().empty())
    throw DeviceError("run.device", "cuda was asked for: " + cuda::why_no_device() + "; allowed here: cpu or auto");
}

int cell_workers(const Config& config, std::size_t cells) {
  if (device_used(config) == "cuda") return 1;
  return static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(thread_count(config)), cells));
}

std::string exponent_text(const LyapunovResult& result, std::size_t k, int digits) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const auto at = [&](const std::vector<double>& values) { return k < values.size() ? values[k] : kNone; };
  return interval_text(at(result.exponents), at(result.standard_errors), digits);
}

double sum_of(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

nlohmann::ordered_json lyapunov_json(const LyapunovResult& r) {
  nlohmann::ordered_json json{{"method", r.method},
                              {"exponents", r.exponents},
                              {"standard_errors", r.standard_errors},
                              {"per_neuron", r.per_neuron},
                              {"dimension", r.dimension},
                              {"dimension_is_bound", r.dimension_is_bound},
                              {"entropy", r.entropy},
                              {"condition", r.condition},
                              {"renorm_ms", r.renorm_ms},
                              {"averaged_ms", r.averaged_ms},
                              {"mean_rate_hz", r.mean_rate_hz},
                              {"mean_log_velocity_ratio", r.mean_log_velocity_ratio},
                              {"spikes", r.spikes},
                              {"guarded_spikes", r.guarded_spikes},
                              {"jump_spikes", r.jump_spikes},
                              {"conditional", r.conditional}};
  if (r.surrogate_gain > 0) json["surrogate_gain"] = r.surrogate_gain;
  if (r.contraction.empty()) return json;  // of a spectrum by saltation
  json["velocity_at"] = name_of(r.velocity_at, kVelocityAtNames);
  json["contraction"] = r.contraction;
  json["contraction_sum"] = sum_of(r.contraction);
  if (r.exponents.size() == r.states) json["spectrum_sum"] = sum_of(r.exponents);
  return json;
}

bool for_each_cell(std::size_t count, int workers, ProgressLine& line,
                   const std::function<void(std::size_t, const Progress&)>& work) {
  std::atomic<std::size_t> next{0}, done{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  std::exception_ptr error;
  const auto progress = [&](double fraction) {
    const double total = (static_cast<double>(done.load()) + fraction) / static_cast<double>(count);
    const bool go_on = line.update(total, std::to_string(done.load()) + "/" + std::to_string(count));
    return go_on && !failed.load();
  };
  const auto worker = [&] {
    for (std::size_t i; !failed.load() && !stop_requested() && (i = next.fetch_add(1)) < count;) {
      try {
        work(i, progress);
        done.fetch_add(1);
        progress(0);
      } catch (const Interrupted&) {
        return;  // asked to stop, or another cell failed
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

}  // namespace sprig::app
