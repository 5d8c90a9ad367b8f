#include "sprig/learning/competitive/competitive.hpp"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "host/learning/competitive/shares.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/random.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/learning/competitive/check.hpp"
#include "sprig/learning/competitive/constants.hpp"
#include "sprig/learning/competitive/weights.hpp"

namespace sprig {

CompetitiveState initial_state(const CompetitiveOptions& options, std::uint32_t inputs) {
  check_competitive(options);
  check_weights(options, inputs);
  CompetitiveState state;
  const std::uint64_t synapses = std::uint64_t{inputs} * options.neurons;
  const auto drawn = [&](std::uint64_t k) {
    return static_cast<float>(options.initial_weight * uniform_open(options.seed, Stream::competitive_weight, k, 0));
  };
  if (options.weight_bits == 32) {
    state.weights.resize(synapses);
    for (std::uint64_t k = 0; k < synapses; ++k) state.weights[k] = drawn(k);
  } else {
    state.codes.resize(std::uint64_t{inputs} * words_of_row(options.weight_bits, options.neurons));
    const PackedWeights packed(state.codes.data(), options.neurons, weight_codes(options));
    for (std::uint64_t k = 0; k < synapses; ++k) {
      const auto p = static_cast<std::uint32_t>(k / options.neurons),
                 j = static_cast<std::uint32_t>(k % options.neurons);
      packed.set(p, j, rounded_code(packed.codes, drawn(k), kNeverUp));
    }
  }
  state.theta.assign(options.neurons, 0);
  state.spikes.assign(options.neurons, 0);
  state.slow.assign(options.neurons, 0);
  return state;
}

namespace {

// each(row, neuron, code) of a state's codes.
template <class Each>
void each_code(const CompetitiveOptions& options, const CompetitiveState& state, Each each) {
  std::vector<std::uint32_t> row(words_of_row(options.weight_bits, options.neurons));
  const PackedWeights packed(row.data(), options.neurons, weight_codes(options));
  for (std::size_t p = 0; p < state.codes.size() / row.size(); ++p) {
    std::copy_n(state.codes.data() + p * row.size(), row.size(), row.data());
    for (std::uint32_t j = 0; j < options.neurons; ++j) each(p, j, packed.code(0, j));
  }
}

}  // namespace

std::vector<float> weights_of(const CompetitiveOptions& options, const CompetitiveState& state) {
  if (options.weight_bits == 32) return state.weights;
  const WeightCodes codes = weight_codes(options);
  std::vector<float> weights;
  each_code(options, state,
            [&](std::size_t, std::uint32_t, std::uint32_t code) { weights.push_back(codes.weight(code)); });
  return weights;
}

double extreme_codes(const CompetitiveOptions& options, const CompetitiveState& state) {
  if (options.weight_bits == 32) return 0;
  const std::uint32_t top = weight_codes(options).top;
  std::uint64_t extreme = 0, all = 0;
  each_code(options, state, [&](std::size_t, std::uint32_t, std::uint32_t code) {
    ++all, extreme += code == 0 || code == top ? 1 : 0;
  });
  return static_cast<double>(extreme) / static_cast<double>(all);
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

}  // namespace sprig
