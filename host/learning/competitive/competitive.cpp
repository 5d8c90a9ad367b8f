#include "sprig/learning/competitive/competitive.hpp"

#include <thread>
#include <utility>
#include <vector>

#include "host/learning/competitive/shares.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/random.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/learning/competitive/check.hpp"

namespace sprig {

CompetitiveState initial_state(const CompetitiveOptions& options, std::uint32_t inputs) {
  check_competitive(options);
  CompetitiveState state;
  const std::uint64_t synapses = std::uint64_t{inputs} * options.neurons;
  state.weights.resize(synapses);
  for (std::uint64_t k = 0; k < synapses; ++k)
    state.weights[k] =
        static_cast<float>(options.initial_weight * uniform_open(options.seed, Stream::competitive_weight, k, 0));
  state.theta.assign(options.neurons, 0);
  state.spikes.assign(options.neurons, 0);
  state.slow.assign(options.neurons, 0);
  return state;
}

namespace {

// Each GPU its share of the models, on a thread of its own.
void present_on_all(View<Presentations> models) {
  check_presentations(models);
  const std::vector<int> gpus = cuda::usable_gpus();
  if (gpus.empty()) throw cuda::unavailable(Device::cuda_all, cuda::why_no_device());
  std::vector<double> costs;
  for (const Presentations& job : models)
    costs.push_back(static_cast<double>(job.which.size) * job.options->neurons * job.images->pixels);
  const std::vector<std::vector<std::size_t>> shares = deal_out(costs, gpus.size());
  ExceptionTrap trap;
  std::vector<std::thread> threads;
  for (std::size_t g = 0; g < gpus.size(); ++g) {
    if (shares[g].empty()) continue;
    threads.emplace_back([&, g] {
      trap.run([&] {
        cuda::make_current(gpus[g]);
        std::vector<Presentations> share;
        for (const std::size_t k : shares[g]) share.push_back(std::move(models[k]));
        cuda::present(share);
        for (std::size_t k = 0; k < share.size(); ++k) models[shares[g][k]] = std::move(share[k]);
      });
    });
  }
  for (std::thread& thread : threads) thread.join();
  trap.rethrow();
}

}  // namespace

void present(View<Presentations> models, Device device, int threads) {
  if (!uses_device(device)) return cpu::present(models, threads);
  if (device == Device::cuda_all) return present_on_all(models);
  cuda::select(device);
  cuda::present(models);
}

CompetitiveOperations& CompetitiveOperations::operator+=(const CompetitiveOperations& other) {
  neuron_updates += other.neuron_updates;
  synaptic_events += other.synaptic_events;
  weight_updates += other.weight_updates;
  powers += other.powers;
  trace_updates += other.trace_updates;
  return *this;
}

}  // namespace sprig
