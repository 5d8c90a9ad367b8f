// What runs competitive_kernel.hpp, on any machine that has memory and launches: the device (competitive.cu), or
// threads (tests/kernels).
//
//   Machine::Buffer<T>(vector)            a copy in the machine's memory; data()
//   download(buffer, vector)              complete on return
//   most_shared()                         bytes of shared memory that a block may have
//   run(blocks, threads, shared, body)    body(context) by every thread
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kernels/learning/competitive_kernel.hpp"
#include "sprig/core/error.hpp"
#include "sprig/learning/competitive.hpp"
#include "sprig/learning/competitive_constants.hpp"
#include "sprig/learning/pixel_spikes.hpp"

namespace sprig::kernel {

struct CompetitiveBody {
  CompetitiveView view;
  template <ExecutionContext Ctx>
  SPRIG_KERNEL void operator()(Ctx& ctx) const {
    competitive_present(ctx, view);
  }
};

// One model's arrays in the machine's memory.
template <class Machine>
struct CompetitiveMemory {
  template <class T>
  using Buffer = typename Machine::template Buffer<T>;

  Buffer<float> weights, theta, spikes, slow;
  Buffer<std::uint64_t> bounds, operations;
  Buffer<std::uint32_t> which, counts;
  Buffer<std::uint32_t> offsets, shortest, last;  // IntervalTables

  explicit CompetitiveMemory(const Presentations& job) : CompetitiveMemory(job, tables_of(*job.options)) {}

  // Empty where no interval is drawn.
  static IntervalTables tables_of(const CompetitiveOptions& o) {
    return IntervalTables(o.rate_hz, o.step_ms, o.code == PixelCode::intervals ? o.steps : 0);
  }

  CompetitiveMemory(const Presentations& job, const IntervalTables& tables)
      : weights(job.state->weights),
        theta(job.state->theta),
        spikes(job.state->spikes),
        slow(job.state->slow),
        bounds(pixel_bounds(job.options->rate_hz, job.options->step_ms)),
        operations(std::vector<std::uint64_t>(4, 0)),
        which(std::vector<std::uint32_t>(job.which.begin(), job.which.end())),
        counts(std::vector<std::uint32_t>(job.which.size * job.options->neurons, 0)),
        offsets(tables.offsets),
        shortest(tables.shortest),
        last(tables.last) {}

  CompetitiveModelView view(const Presentations& job, const std::uint8_t* pixels) const {
    const CompetitiveOptions& o = *job.options;
    CompetitiveModelView v{CompetitiveConstants(o, job.learning)};
    v.rule = o.rule;
    v.inhibition = o.inhibition;
    v.code = o.code;
    v.one_spike = o.one_spike;
    v.learning = job.learning;
    v.adaptive_rates = o.adaptive_rates;
    v.neurons = o.neurons;
    v.inputs = job.images->pixels;
    v.steps = o.steps;
    v.rest_steps = o.rest_steps;
    v.window = o.rule == FeatureRule::spikedyn && o.timed_updates ? o.update_steps : 0;
    v.seed = o.seed;
    v.images = static_cast<std::uint32_t>(job.which.size);
    v.first_id = job.images->first_id;
    v.first_step = job.first_step;
    v.weights.words = weights.data(), v.theta = theta.data(), v.spikes = spikes.data(), v.slow = slow.data();
    v.pixels = pixels;
    v.bounds = bounds.data();
    v.intervals = {offsets.data(), shortest.data(), last.data()};
    v.which = which.data();
    v.counts = counts.data();
    v.operations = operations.data();
    return v;
  }
};

// cpu::present() on a machine.
template <class Machine>
void present_on(View<Presentations> models, Machine& machine, std::uint32_t threads) {
  check_presentations(models);
  if (models.empty()) return;
  using Memory = CompetitiveMemory<Machine>;
  std::map<const std::uint8_t*, typename Machine::template Buffer<std::uint8_t>> images;  // one copy of each set
  std::vector<Memory> memory;
  std::vector<CompetitiveModelView> views;
  CompetitiveView view;
  for (const Presentations& job : models) {
    const View<const std::uint8_t> data = job.images->data;
    if (!images.contains(data.data))
      images.emplace(data.data, typename Machine::template Buffer<std::uint8_t>(
                                    std::vector<std::uint8_t>(data.begin(), data.end())));
    memory.emplace_back(job);
    views.push_back(memory.back().view(job, images.at(data.data).data()));
    view.most_neurons = std::max(view.most_neurons, job.options->neurons);
    view.most_inputs = std::max(view.most_inputs, job.images->pixels);
  }
  typename Machine::template Buffer<CompetitiveModelView> of_models(views);
  typename Machine::template Buffer<std::uint64_t> failure(std::vector<std::uint64_t>{~0ull});
  const auto blocks = static_cast<std::uint32_t>(models.size);
  const std::uint64_t words = CompetitiveScratch::size(view.most_neurons, view.most_inputs);
  const bool shared = 4 * words <= machine.most_shared();
  typename Machine::template Buffer<float> scratch(std::vector<float>(shared ? 0 : words * blocks));
  view.models = of_models.data();
  view.count = blocks;
  view.failure = failure.data();
  view.scratch = shared ? nullptr : scratch.data();
  machine.run(blocks, threads, shared ? 4 * words : 0, CompetitiveBody{view});

  std::vector<std::uint64_t> failed(1), operations(4);
  machine.download(failure, failed);
  if (failed[0] != ~0ull)
    throw NumericalError(
        "neuron " + std::to_string(failed[0] & 0xFFFFF),
        "is not finite after image " + std::to_string(models[failed[0] >> 44].which[failed[0] >> 20 & 0xFFFFFF]));
  for (std::size_t m = 0; m < models.size; ++m) {
    Presentations& job = models[m];
    if (job.learning) {
      machine.download(memory[m].weights, job.state->weights);
      machine.download(memory[m].theta, job.state->theta);
      machine.download(memory[m].spikes, job.state->spikes);
      machine.download(memory[m].slow, job.state->slow);
    }
    job.counts.resize(job.which.size * job.options->neurons);
    machine.download(memory[m].counts, job.counts);
    machine.download(memory[m].operations, operations);
    job.operations += {operations[0], operations[1], operations[2], operations[3]};
  }
}

}  // namespace sprig::kernel
