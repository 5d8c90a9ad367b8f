// What equal bits cost: the two places of a step where a sum's order could matter, as the engine has them and with
// floats. Delivery adds weights to the ring as integers, or as floats in the order of arrival; the update then reads an
// entry and turns it into a current with one multiplication, or reads the current. Layouts are of the same bytes: a
// wide synapse is its place and 32 bits of weight either way. The shape is the microcircuit's: 3 900 synapses a neuron,
// 4 spikes a second.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "host/engine/cpu_delivery.hpp"

namespace {

using namespace sprig;
using namespace sprig::cpu;

constexpr std::uint32_t kNeurons = 7700, kDegree = 3900, kSlots = 16;  // a tenth of the microcircuit's neurons
constexpr std::size_t kSpikesAStep = 31;                               // 77 000 neurons at 4 Hz, steps of 0.1 ms

struct FloatSynapse {
  std::uint32_t place;
  float weight;
};
struct FloatRing {
  float* cells;
  std::uint32_t base, size;
};

// splitmix64: rows and places need no better.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ull;
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ x >> 27) * 0x94D049BB133111EBull;
  return x ^ x >> 31;
}

template <class Synapse>
std::vector<Synapse> synapses() {
  std::vector<Synapse> all(std::size_t{kNeurons} * kDegree);
  for (std::size_t k = 0; k < all.size(); ++k) {
    const std::uint64_t draw = mixed(k);
    all[k].place = static_cast<std::uint32_t>(draw % (kNeurons * kSlots));
    all[k].weight = static_cast<decltype(all[k].weight)>(1000.0 + static_cast<double>(draw >> 40) / 16384.0);
  }
  return all;
}

// A step: 31 rows are delivered, then every neuron takes what has arrived.
template <class Synapse, class Cell, class Ring>
void steps(benchmark::State& state, float unit) {
  const std::vector<Synapse> all = synapses<Synapse>();
  std::vector<Cell> cells(std::size_t{kNeurons} * kSlots);
  std::vector<float> current(kNeurons);
  std::uint64_t step = 0;
  for (auto _ : state) {
    const std::uint32_t base = static_cast<std::uint32_t>(step % kSlots) * kNeurons;
    const Ring ring{cells.data(), base, static_cast<std::uint32_t>(cells.size())};
    for (std::size_t s = 0; s < kSpikesAStep; ++s) {
      const Synapse* row = all.data() + mixed(step * kSpikesAStep + s) % kNeurons * kDegree;
      for_row(row, row + kDegree, [&](const Synapse& synapse) {
        ring.cells[ring_place(ring.base, synapse.place, ring.size)] += synapse.weight;
      });
    }
    Cell* const due = cells.data() + base;
    for (std::uint32_t i = 0; i < kNeurons; ++i) {
      if constexpr (std::is_integral_v<Cell>)
        current[i] = std::fma(static_cast<float>(due[i]), unit, 0.9f * current[i]);
      else
        current[i] = std::fma(0.9f, current[i], due[i]);
      due[i] = 0;
    }
    benchmark::DoNotOptimize(current.data());
    benchmark::ClobberMemory();
    ++step;
  }
  state.counters["events_per_s"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * kSpikesAStep * kDegree, benchmark::Counter::kIsRate);
}

void integers(benchmark::State& state) { steps<WideSynapse, std::int32_t, RingView>(state, 1e-3f); }
void floats(benchmark::State& state) { steps<FloatSynapse, float, FloatRing>(state, 1); }

}  // namespace

BENCHMARK(integers)->Repetitions(9)->ReportAggregatesOnly()->Unit(benchmark::kMicrosecond);
BENCHMARK(floats)->Repetitions(9)->ReportAggregatesOnly()->Unit(benchmark::kMicrosecond);
