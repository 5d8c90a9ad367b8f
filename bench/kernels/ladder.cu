// The ladder from the plain to the resident engine: the cortical microcircuit at full size, each rung changing one
// thing. README.md beside this file says what each rung is for and keeps what was measured.
//
// Time is between two CUDA events around a call of many steps: the host's part of the call is in it. Predictions are
// for one H200, from the costs below: made before anything was measured, and not to be fitted.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernels/core/device_buffer.cuh"
#include "kernels/engine/resident_simulation.hpp"
#include "kernels/engine/simulation.cuh"
#include "sprig/engine/device.hpp"
#include "sprig/engine/slices.hpp"
#include "sprig/network/standard_networks.hpp"

namespace {

using namespace sprig;
using kernel::Exchange;
using kernel::ResidentWishes;
using kernel::RingPlace;
using kernel::Split;

constexpr std::uint64_t kWarmup = 5000, kSteps = 10000;  // 0.5 s and 1 s of model time
constexpr std::uint32_t kSeed = 1;

// ---- what a step should cost, us ----

constexpr double kLaunch = 2.5;            // a kernel that the host launches after another
constexpr double kNode = 1.3;              // a graph's kernel, from its predecessor's end to its own first instruction
constexpr double kGridBarrier = 1.2;       // 132 blocks
constexpr double kTrip = 0.7;              // from a block's store until another block has read the word
constexpr double kDram = 0.6, kL2 = 0.25;  // latency of a load
constexpr double kNeurons = 77169, kEvents = 97000, kClock = 1.8e3;  // synaptic events a step; clocks a us
constexpr double kState = kNeurons * 60 / 4.3e6;                     // state, constants, ring, in and out: 4.3 TB/s
constexpr double kGlobalAdds = kEvents / 96 / kClock;                // an addition a clock in each of 96 slices of L2
constexpr double kRow = 2 * kDram;                                   // where a row begins, then its synapses
// Instructions of the resident kernel (README.md): of all 19 warps they wait for each other in four schedulers, of a
// warp alone each waits three clocks for the one before.
constexpr double kUpdate = 128 * 19 / 4.0 / kClock;
constexpr double kMemoryUpdate = kUpdate + 2 * kL2;  // and constants and state in and out of global memory
constexpr double kDeliver = 230 * 3 / kClock, kDeliverNear = 116 * 3 / kClock;

constexpr double kPlainWork = kState + kRow + kGlobalAdds;

// ---- rungs ----

using Make = std::function<std::unique_ptr<Simulation>(const StandardNetwork&, const Drive&, const SimulationOptions&)>;

Make plain(bool graphs) {
  return [graphs](const StandardNetwork& standard, const Drive& drive, const SimulationOptions& options) {
    const SlicePolicy policy{1, options.weight_bits};
    return std::make_unique<cuda::CudaSimulation>(standard.procedural.network,
                                                  slice_network(standard.procedural, drive, policy), options, graphs);
  };
}

Make resident(const ResidentWishes& wishes) {
  return [wishes](const StandardNetwork& standard, const Drive& drive, const SimulationOptions& options) {
    return cuda::make_resident_simulation(standard.procedural, drive, options, wishes);
  };
}

struct Rung {
  std::string name;
  Make make;
  std::optional<double> predicted_us;
  bool silent = false;  // neither synapses nor drive: the update and the exchange are left
};

std::vector<Rung> ladder() {
  ResidentWishes wishes;
  std::vector<Rung> rungs{{"1_plain_launches", plain(false), 2 * kLaunch + kPlainWork},
                          {"2_plain_graphs", plain(true), 2 * kNode + kPlainWork}};
  const auto add = [&](const char* name, double predicted_us) {
    rungs.push_back({name, resident(wishes), predicted_us});
  };
  wishes.split = Split::off;
  wishes.exchange = Exchange::grid_barrier;
  wishes.ring = RingPlace::global;
  add("3_resident_global_ring", kGridBarrier + kL2 + kMemoryUpdate + kL2 + kRow + kDeliver + kGlobalAdds);
  wishes.ring = RingPlace::shared;
  add("4_shared_ring", kGridBarrier + kL2 + kUpdate + kRow + kDeliver);
  wishes.exchange = Exchange::mailbox;
  add("5_mailbox", kTrip + kUpdate + kRow + kDeliver);
  wishes.split = Split::on;
  wishes.keep_near = false;
  add("6_split_by_delay", kTrip + kUpdate + kDeliverNear + kDram);  // the slowest of 132 blocks misses the cache
  wishes.keep_near = true;
  add("7_near_rows_kept", kTrip + kUpdate + kDeliverNear + kL2);
  wishes.split = Split::off;
  add("exchange_alone", kTrip + kUpdate);
  rungs.back().silent = true;
  return rungs;
}

// What the plan chooses by itself, and that with one of its choices changed: to see whether it chooses well.
std::vector<Rung> variations() {
  std::vector<Rung> rungs{{"plan", resident({}), {}}};
  const auto vary = [&](const char* name, std::uint32_t ResidentWishes::*choice,
                        std::initializer_list<std::uint32_t> values) {
    for (const std::uint32_t value : values) {
      ResidentWishes wishes;
      wishes.*choice = value;
      rungs.push_back({std::string(name) + ":" + std::to_string(value), resident(wishes), {}});
    }
  };
  vary("threads", &ResidentWishes::threads, {608, 640});
  vary("blocks", &ResidentWishes::blocks, {100, 128, 132});
  vary("box_words", &ResidentWishes::box_words, {1, 2, 4, 8, 16, 32});
  return rungs;
}

// ---- measuring ----

struct Timer {
  cuda::Stream stream;
  cudaEvent_t begin{}, end{};

  Timer() {
    cuda::check(cudaEventCreate(&begin), "creating an event");
    cuda::check(cudaEventCreate(&end), "creating an event");
  }
  ~Timer() { cudaEventDestroy(begin), cudaEventDestroy(end); }
  // Seconds that `work` takes, which waits for what it starts.
  template <class Work>
  double seconds(const Work& work) {
    cuda::check(cudaEventRecord(begin, stream.get()), "recording an event");
    work();
    cuda::check(cudaEventRecord(end, stream.get()), "recording an event");
    cuda::check(cudaEventSynchronize(end), "waiting for an event");
    float ms = 0;
    cuda::check(cudaEventElapsedTime(&ms, begin, end), "reading an event");
    return 1e-3 * ms;
  }
};

void measure(benchmark::State& state, const Rung& rung) {
  StandardNetwork standard = microcircuit(Background::poisson, kSeed);
  Drive drive;
  drive.poisson_rate_hz = standard.poisson_rate_hz;
  drive.poisson_weight = standard.poisson_weight;
  if (rung.silent) standard.procedural.projections.clear(), drive = {};
  SimulationOptions options;
  options.device = Device::cuda;
  options.seed = kSeed;
  options.weight_bits = 16;
  const auto simulation = rung.make(standard, drive, options);
  Timer timer;
  simulation->advance(kWarmup);
  const SimulationState first = simulation->state();
  for (auto _ : state) {
    simulation->set_state(first);  // every iteration the same second
    state.SetIterationTime(timer.seconds([&] { simulation->advance(kSteps); }));
  }
  // The upper half of the hash: the same for all rungs but the silent one, or one of them is wrong.
  state.counters["hash"] = static_cast<double>(simulation->state().hash() >> 32);
  state.counters["us_a_step"] = benchmark::Counter(static_cast<double>(state.iterations() * kSteps) * 1e-6,
                                                   benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  if (rung.predicted_us) state.counters["predicted_us"] = *rung.predicted_us;
}

void add(const std::string& group, const Rung& rung) {
  benchmark::RegisterBenchmark((group + "/" + rung.name).c_str(),
                               [rung](benchmark::State& state) {
                                 try {
                                   measure(state, rung);
                                 } catch (const std::exception& error) {  // the other rungs go on
                                   state.SkipWithError(error.what());
                                 }
                               })
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond)
      ->Iterations(2)
      ->Repetitions(5)
      ->ReportAggregatesOnly();
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  if (cuda::devices().empty()) {
    std::cout << "skipped: " << cuda::why_no_device() << "\n";
    return 0;
  }
  for (const Rung& rung : ladder()) add("ladder", rung);
  for (const Rung& rung : variations()) add("choice", rung);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
