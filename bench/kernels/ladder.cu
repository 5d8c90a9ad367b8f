// The ladder from the plain to the resident engine: the cortical microcircuit at full size, each rung changing one
// thing. README.md beside this file says what each rung is for and keeps what was measured; predictions.json has what
// each was predicted to take, before anything was measured.
//
// Time is between two CUDA events around a call of many steps: the host's part of the call is in it.
//
//   bench_ladder [--size=S] [--steps=N] [--benchmark_...]    a smaller microcircuit (microcircuit()'s size), fewer
//   steps
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
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

constexpr std::size_t kSamples = 5;
constexpr std::uint32_t kSeed = 1;

struct Scale {
  double size = 1;              // of the microcircuit
  std::uint64_t steps = 10000;  // a sample: 1 s of model time; half as many before the first
};

// ---- rungs ----

using Make = std::function<std::unique_ptr<Simulation>(const StandardNetwork&, const Drive&, const SimulationOptions&)>;

Make plain(bool graphs) {
  return [graphs](const StandardNetwork& standard, const Drive& drive, const SimulationOptions& options) {
    const SlicePolicy policy{1, options.weight_bits};
    return std::make_unique<cuda::CudaSimulation>(standard.procedural.network, drive,
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
  bool silent = false;  // neither synapses nor drive: the update and the exchange are left
};

const std::vector<Rung>& ladder() {
  constexpr RingPlace kGlobal = RingPlace::global, kShared = RingPlace::shared;
  constexpr Exchange kBarrier = Exchange::grid_barrier;
  static const std::vector<Rung> rungs{
      {"1_plain_launches", plain(false)},
      {"2_plain_graphs", plain(true)},
      {"3_resident_global_ring", resident({.ring = kGlobal, .exchange = kBarrier, .split = Split::off})},
      {"4_shared_ring", resident({.ring = kShared, .exchange = kBarrier, .split = Split::off})},
      {"5_mailbox", resident({.ring = kShared, .split = Split::off})},
      {"6_split_by_delay", resident({.ring = kShared, .split = Split::on, .keep_near = false})},
      {"7_near_rows_kept", resident({.ring = kShared, .split = Split::on})},
      {"exchange_alone", resident({.ring = kShared, .split = Split::off}), true},
  };
  return rungs;
}

// What the plan chooses by itself, and that with one of its choices changed: to see whether it chooses well.
const std::vector<Rung>& variations() {
  static const std::vector<Rung> rungs{
      {"plan", resident({})},
      {"threads:608", resident({.threads = 608})},
      {"threads:640", resident({.threads = 640})},
      {"blocks:100", resident({.blocks = 100})},
      {"blocks:128", resident({.blocks = 128})},
      {"blocks:132", resident({.blocks = 132})},
      {"box_words:1", resident({.box_words = 1})},
      {"box_words:2", resident({.box_words = 2})},
      {"box_words:4", resident({.box_words = 4})},
      {"box_words:8", resident({.box_words = 8})},
      {"box_words:16", resident({.box_words = 16})},
      {"box_words:32", resident({.box_words = 32})},
  };
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

// Makes the rung's simulation once and times the same steps of it kSamples times. The benchmark library sees one
// iteration, of the median sample: asked for repetitions, it would make the simulation anew for each.
void measure(benchmark::State& state, const Rung& rung, const Scale& scale) {
  StandardNetwork standard = microcircuit(Background::poisson, kSeed, scale.size);
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
  simulation->advance(scale.steps / 2);
  const SimulationState first = simulation->state();
  std::array<double, kSamples> seconds{};
  for (double& sample : seconds) {
    simulation->set_state(first);  // the same steps each time
    sample = timer.seconds([&] { simulation->advance(scale.steps); });
  }
  std::sort(seconds.begin(), seconds.end());
  for (auto _ : state) state.SetIterationTime(seconds[kSamples / 2]);
  // The upper half of the hash: the same for all rungs but the silent one, or one of them is wrong.
  state.counters["hash"] = static_cast<double>(simulation->state().hash() >> 32);
  const double us_a_step = 1e6 / static_cast<double>(scale.steps);
  state.counters["us_a_step"] = seconds[kSamples / 2] * us_a_step;
  state.counters["us_least"] = seconds.front() * us_a_step;
  state.counters["us_most"] = seconds.back() * us_a_step;
}

void add(const std::string& group, const Rung& rung, const Scale& scale) {
  benchmark::RegisterBenchmark((group + "/" + rung.name).c_str(),
                               [rung, scale](benchmark::State& state) {
                                 try {
                                   measure(state, rung, scale);
                                 } catch (const std::exception& error) {  // the other rungs go on
                                   state.SkipWithError(error.what());
                                 }
                               })
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond)
      ->Iterations(1);
}

// Takes --size and --steps out of the arguments.
Scale take_scale(int& argc, char** argv) {
  Scale scale;
  const auto taken = [&](const std::string& argument) {
    if (argument.starts_with("--size=")) return scale.size = std::atof(argument.c_str() + 7), true;
    if (argument.starts_with("--steps=")) return scale.steps = std::strtoull(argument.c_str() + 8, nullptr, 10), true;
    return false;
  };
  argc = static_cast<int>(std::remove_if(argv + 1, argv + argc, taken) - argv);
  return scale;
}

}  // namespace

int main(int argc, char** argv) {
  bool listing = false;  // which needs no device
  for (int k = 1; k < argc; ++k) listing |= std::string(argv[k]).starts_with("--benchmark_list_tests");
  const Scale scale = take_scale(argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  if (!listing && cuda::devices().empty()) {
    std::cout << "skipped: " << cuda::why_no_device() << "\n";
    return 0;
  }
  for (const Rung& rung : ladder()) add("ladder", rung, scale);
  for (const Rung& rung : variations()) add("choice", rung, scale);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
