// What runs kernel.hpp, on any machine that has memory and launches: the device (competitive.cu).
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

#include "kernels/learning/competitive/kernel.hpp"
#include "sprig/coding/pixel_spikes.hpp"
#include "sprig/learning/competitive/check.hpp"
#include "sprig/learning/competitive/competitive.hpp"
#include "sprig/learning/competitive/constants.hpp"

namespace sprig::kernel {

template <bool kShared>
struct CompetitiveBody {
  CompetitiveView view;
  template <ExecutionContext Ctx>
  SPRIG_KERNEL void operator()(Ctx& ctx) const {
    competitive_present<kShared>(ctx, view);
  }
};

// A state in the machine's memory.
template <class Machine>
struct CompetitiveStateMemory {
  typename Machine::template Buffer<float> weights, theta, spikes, slow;
  typename Machine::template Buffer<std::uint32_t> codes;

  explicit CompetitiveStateMemory(const CompetitiveState& state)
      : weights(state.weights), theta(state.theta), spikes(state.spikes), slow(state.slow), codes(state.codes) {}
};

// The images of one set that are presented, each once.
struct PresentedImages {
  std::map<std::uint32_t, std::uint32_t> places;  // of images, in `pixels`
  std::vector<std::uint8_t> pixels;

  void add(const PixelImages& from, View<const std::uint32_t> images) {
    for (const std::uint32_t image : images)
      if (places.emplace(image, static_cast<std::uint32_t>(places.size())).second) {
        const View<const std::uint8_t> one = from.image(image);
        pixels.insert(pixels.end(), one.begin(), one.end());
      }
  }
};

// What else a model needs there.
template <class Machine>
struct CompetitiveMemory {
  template <class T>
  using Buffer = typename Machine::template Buffer<T>;

  Buffer<std::uint64_t> bounds, operations;
  Buffer<std::uint32_t> which, ids, counts;
  Buffer<std::uint32_t> offsets, shortest, last;  // IntervalTables
  Buffer<float> numbers;                          // of codes, while a presentation lasts

  CompetitiveMemory(const Presentations& job, const PresentedImages& images)
      : CompetitiveMemory(job, images, tables_of(*job.options, job.learning)) {}

  CompetitiveModelView view(const Presentations& job, const CompetitiveStateMemory<Machine>& state,
                            const std::uint8_t* pixels) const {
    const CompetitiveOptions& o = *job.options;
    CompetitiveModelView v{CompetitiveConstants(o, job.learning)};
    v.code = o.code;
    v.inputs = job.images->pixels;
    v.images = static_cast<std::uint32_t>(job.which.size);
    v.first_step = job.first_step;
    const bool codes = v.c.codes.bits < 32;
    v.numbers = {v.c.numbers_between ? numbers.data() : state.weights.data(), o.neurons};
    if (codes) v.codes = PackedWeights(state.codes.data(), o.neurons, v.c.codes);
    v.theta = state.theta.data();
    v.spikes = state.spikes.data(), v.slow = state.slow.data();
    v.pixels = pixels;
    v.bounds = bounds.data();
    v.intervals = {offsets.data(), shortest.data(), last.data()};
    v.which = which.data(), v.ids = ids.data();
    v.counts = counts.data();
    v.operations = operations.data();
    return v;
  }

 private:
  CompetitiveMemory(const Presentations& job, const PresentedImages& images, const IntervalTables& tables)
      : bounds(pixel_bounds(job.options->rate_hz, job.options->step_ms)),
        operations(std::vector<std::uint64_t>(kOperations, 0)),
        which(of_each(job, [&](std::uint32_t image) { return images.places.at(image); })),
        ids(of_each(job, [&](std::uint32_t image) { return job.images->first_id + image; })),
        counts(std::vector<std::uint32_t>(job.which.size * job.options->neurons, 0)),
        offsets(tables.offsets),
        shortest(tables.shortest),
        last(tables.last),
        numbers(std::vector<float>(
            opens_codes(*job.options, job.learning) ? std::uint64_t{job.images->pixels} * job.options->neurons : 0)) {}

  // Empty where no interval is drawn.
  static IntervalTables tables_of(const CompetitiveOptions& o, bool learning) {
    return IntervalTables(o.rate_hz, o.step_ms, o.code == PixelCode::intervals ? shown_steps(o, learning) : 0);
  }
  template <class Number>
  static std::vector<std::uint32_t> of_each(const Presentations& job, Number number) {
    std::vector<std::uint32_t> numbers;
    for (const std::uint32_t image : job.which) numbers.push_back(number(image));
    return numbers;
  }
};

// cpu::present() on a machine.
template <class Machine>
void present_on(View<Presentations> models, Machine& machine, std::uint32_t threads) {
  check_presentations(models);
  if (models.empty()) return;
  using Pixels = typename Machine::template Buffer<std::uint8_t>;
  std::map<const std::uint8_t*, PresentedImages> images;
  for (const Presentations& job : models) images[job.images->data.data].add(*job.images, job.which);
  std::map<const std::uint8_t*, Pixels> pixels;
  for (auto& [set, presented] : images) pixels.emplace(set, Pixels(std::move(presented.pixels)));
  std::map<const CompetitiveState*, CompetitiveStateMemory<Machine>> states;  // models that do not learn share theirs
  std::vector<CompetitiveMemory<Machine>> memory;
  std::vector<CompetitiveModelView> views;
  CompetitiveView view;
  for (const Presentations& job : models) {
    const std::uint8_t* set = job.images->data.data;
    states.try_emplace(job.state, *job.state);
    memory.emplace_back(job, images.at(set));
    views.push_back(memory.back().view(job, states.at(job.state), pixels.at(set).data()));
    view.most_neurons = std::max(view.most_neurons, job.options->neurons);
    view.most_inputs = std::max(view.most_inputs, job.images->pixels);
  }
  typename Machine::template Buffer<CompetitiveModelView> of_models(views);
  std::vector<std::uint64_t> failed(models.size, ~0ull);
  typename Machine::template Buffer<std::uint64_t> failure(failed);
  const auto blocks = static_cast<std::uint32_t>(models.size);
  const std::uint64_t words = CompetitiveScratch::size(view.most_neurons, view.most_inputs);
  const bool shared = 4 * words <= machine.most_shared();
  typename Machine::template Buffer<float> scratch(std::vector<float>(shared ? 0 : words * blocks));
  view.models = of_models.data();
  view.count = blocks;
  view.failure = failure.data();
  view.scratch = shared ? nullptr : scratch.data();
  if (shared)
    machine.run(blocks, threads, 4 * words, CompetitiveBody<true>{view});
  else
    machine.run(blocks, threads, 0, CompetitiveBody<false>{view});

  machine.download(failure, failed);
  std::vector<std::uint64_t> operations(kOperations);
  for (std::size_t m = 0; m < models.size; ++m) {
    Presentations& job = models[m];
    if (failed[m] != ~0ull)
      job.failure = failure_text(static_cast<std::uint32_t>(failed[m]), job.which[failed[m] >> 32]);
    if (job.learning) {
      const CompetitiveStateMemory<Machine>& state = states.at(job.state);
      machine.download(state.weights, job.state->weights);
      machine.download(state.codes, job.state->codes);
      machine.download(state.theta, job.state->theta);
      machine.download(state.spikes, job.state->spikes);
      machine.download(state.slow, job.state->slow);
    }
    job.counts.resize(job.which.size * job.options->neurons);
    machine.download(memory[m].counts, job.counts);
    machine.download(memory[m].operations, operations);
    job.operations += {operations[0], operations[1], operations[2], operations[3],
                       operations[4], operations[5], operations[6], operations[7]};
  }
}

}  // namespace sprig::kernel
