// Memory that is refused and devices that are lost, at every place where that can happen: a typed error each time,
// nothing left behind, and the process goes on.
#include <functional>
#include <memory>

#include "kernels/engine/resident_simulation.hpp"
#include "sprig/core/error.hpp"
#include "sprig/dynamics/sampled_covariance.hpp"
#include "sprig/dynamics/tangent.hpp"
#include "sprig/dynamics/tangent_run.hpp"
#include "sprig/network/standard_networks.hpp"
#include "tests/dynamics/linear_systems.hpp"
#include "tests/emulated_device/support.hpp"
#include "tests/kernels/bptt_cases.hpp"
#include "tests/kernels/competitive_cases.hpp"
#include "tests/kernels/plastic_cases.hpp"
#include "tests/support/placed_cases.hpp"

namespace sprig::test {
namespace {

struct Scenario {
  const char* name;
  std::function<std::uint64_t()> run;  // returns the calls of the API up to its end, destructors left out
};
void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.name; }

std::uint64_t simulate(const EngineCase& c, CudaEngine engine, bool plastic = false) {
  SimulationOptions options;
  options.replicas = c.replicas;
  options.weight_bits = engine == CudaEngine::resident ? 16 : c.weight_bits;
  options.cuda_engine = engine;
  options.update = c.events ? UpdateMode::event : UpdateMode::clock;
  const auto simulation =
      cuda::make_simulation(plastic ? plastic_network_of(c, false) : network_of(c), drive_of(c), options);
  RecordOptions what;
  what.count_window_steps = 5;
  what.probe = {1, 4};
  Recording recording;
  const CallInput call(c, 40);
  simulation->advance(40, call.input, what, &recording);
  simulation->set_state(simulation->state());
  return emulated::calls() - 1;  // the last lets go of the graph of steps, where the engine has one: no error is heard
}

std::uint64_t draw() {
  const StandardNetwork standard = microcircuit(Background::poisson, 1, 0.002);
  SimulationOptions options;
  options.weight_bits = 16;
  options.cuda_engine = CudaEngine::resident;
  const auto simulation = cuda::make_simulation(standard.procedural, {}, options);
  simulation->advance(3);
  return emulated::calls();
}

std::uint64_t differentiate() {
  RandomNetworkSpec spec;
  spec.neurons = 12;
  spec.input_channels = 3;
  const Network network = random_network(spec);
  BpttModel model;
  model.outputs = 2;
  model.samples = 2;
  model.steps_per_sample = 3;
  const auto bptt = cuda::make_bptt(network, signal_drive(network, 1, 3), model);
  std::vector<double> weights = weights_of(network), readout = random_readout(network, model, 5);
  bptt->set_parameters(weights, readout);
  const OwnedBatch batch(network, model, 2, 2);
  bptt->gradient(batch.batch, weights, readout);
  return emulated::calls();
}

std::uint64_t compete() {
  const CompetitiveCase c = competitive_cases(9, 10).front();
  Pictures pictures = noise(2, 20);
  CompetitiveState state = initial_state(c.options, 20);
  const std::vector<std::uint32_t> which{1, 0};
  std::vector<Presentations> jobs{job(c.options, state, pictures.images, which)};
  cuda::present(View<Presentations>(jobs));
  return emulated::calls() - 60;  // less than that: it has freed its memory
}

std::uint64_t move_tangents() {
  RandomNetworkSpec spec;
  spec.neurons = 20;
  const TangentNetwork network = make_tangent_network(random_network(spec));
  const auto space = cuda::make_tangent_space(network, 2);
  std::vector<double> frame(std::size_t{network.rows()} * 2, 0), r, growth, mass;
  frame[0] = frame[3] = 1;
  space->set_frame(frame);
  SurrogateChunk chunk;
  chunk.steps = 2;
  chunk.flags.assign(40, 0);
  chunk.spike_gain.assign(40, 0.5);
  chunk.reset_gain.assign(40, 0.5);
  space->advance(chunk);
  space->renormalise(r, growth, mass);
  return emulated::calls();
}

// Engine, linearisation, arrivals and frame, with a state that is taken and set.
std::uint64_t run_linearised() {
  RandomNetworkSpec spec;
  spec.neurons = 20;
  Network network = random_network(spec);
  network.neurons.i_dc.assign(20, 10000);  // all fire
  const auto placed_tangent = cuda::place_tangent(make_tangent_network(network));
  const TangentNetwork& tangent = placed_tangent->network();
  TangentRunOptions what;
  what.columns = 2;
  const auto placed = cuda::place_network(network, {});
  const auto run = cuda::make_tangent_run(*placed, *placed_tangent, {}, what);
  std::vector<double> frame(std::size_t{tangent.rows()} * 2, 0), r, growth, mass;
  frame[0] = frame[3] = 1;
  run->start();
  run->space().set_frame(frame);
  EXPECT_GT(run->advance(20, {}), 0u);
  run->set_state(run->state());
  run->advance(20, {});
  run->space().renormalise(r, growth, mass);
  return emulated::calls();
}

// A network that is placed, made smaller there, and run before and after.
std::uint64_t place_and_keep() {
  Network network = network_of({33});
  const Drive drive = drive_of({33});
  const auto placed = cuda::place_network(network, {});
  const auto before = placed->simulate(drive);
  before->advance(3);
  const Masks masks = shrink(network, 1, 2);
  placed->keep(masks.synapses, masks.neurons);
  const auto now = placed->simulate(drive_left(drive, masks));
  now->advance(3);
  return emulated::calls();
}

// A block of samples of a covariance.
std::uint64_t sample() {
  const System s = random_system({.nodes = 12, .seed = 2});
  const std::vector<std::uint32_t> ids(12, 0);
  const auto sampler = cayley_sampler(s.a, 1, {1, 0, ids}, 1, {}, Device::cuda);
  PairMoments moments(s.graph, s.strengths);
  sampler->set_control(moments);
  sampler->draw_block(moments, {});
  return emulated::calls();
}

std::vector<Scenario> scenarios() {
  EngineCase by_events{33, 1, 3};
  by_events.events = true;
  return {{"plain",
           [] {
             return simulate({33, 2, 1}, CudaEngine::plain);
           }},
          {"by_events", [=] { return simulate(by_events, CudaEngine::plain); }},
          {"plastic",
           [] {
             return simulate({33, 1, 0}, CudaEngine::plain, true);
           }},
          {"resident",
           [] {
             return simulate({33, 1, 1}, CudaEngine::resident);
           }},
          {"drawn", draw},
          {"bptt", differentiate},
          {"competitive", compete},
          {"tangents", move_tangents},
          {"linearised", run_linearised},
          {"placed", place_and_keep},
          {"sampled", sample}};
}

class Failures : public ::testing::TestWithParam<Scenario> {
 protected:
  void TearDown() override { emulated::set_up(emulated::settings_from_environment()); }
  static emulated::Settings settings() {
    emulated::Settings s;
    s.multiprocessors = 4;
    s.find_unwritten = false;
    return s;
  }
};

TEST_P(Failures, EveryAllocationThatIsRefusedIsAMemoryErrorAndLeavesNothing) {
  emulated::Settings s = settings();
  for (s.fail_malloc = 1;; ++s.fail_malloc) {
    emulated::set_up(s);
    try {
      GetParam().run();
      break;
    } catch (const MemoryError&) {
    }
    ASSERT_EQ(emulated::bytes_in_use(), 0u) << "allocation " << s.fail_malloc;
  }
  EXPECT_EQ(emulated::bytes_in_use(), 0u);
  EXPECT_GT(s.fail_malloc, 4u);
}

TEST_P(Failures, ADeviceLostAtAnyCallIsADeviceError) {
  emulated::Settings s = settings();
  emulated::set_up(s);
  const std::uint64_t calls = GetParam().run();
  for (s.lose_device = 1; s.lose_device <= calls; s.lose_device += calls / 200 + 1) {
    emulated::set_up(s);
    EXPECT_THROW(GetParam().run(), DeviceError) << "call " << s.lose_device << " of " << calls;
    ASSERT_EQ(emulated::bytes_in_use(), 0u) << "call " << s.lose_device << " of " << calls;
  }
}

// Wherever keep() has run out of memory, the next simulation is of the network as it is.
TEST(PlacedFailures, AfterAnErrorThePlaceBeginsAnew) {
  emulated::Settings s;
  s.multiprocessors = 4;
  s.find_unwritten = false;
  std::uint64_t errors = 0;
  for (s.fail_malloc = 1;; ++s.fail_malloc) {
    emulated::set_up(s);
    Network network = network_of({33});
    const Drive drive = drive_of({33});
    const auto placed = cuda::place_network(network, {});
    try {
      placed->simulate(drive);
    } catch (const MemoryError&) {
      continue;
    }
    const Masks masks = shrink(network, 1, 2);
    bool failed = false;
    try {
      placed->keep(masks.synapses, masks.neurons);
    } catch (const MemoryError&) {
      failed = true;
      ++errors;
    }
    std::uint64_t found = 0;
    try {
      found = after(*placed->simulate(drive_left(drive, masks)), {33}, 30).hash();
    } catch (const MemoryError&) {  // it was refused only here
      continue;
    }
    const auto expected = cpu::make_simulation(network, drive_left(drive, masks), {});
    ASSERT_EQ(found, after(*expected, {33}, 30).hash()) << "allocation " << s.fail_malloc;
    if (!failed) break;
  }
  emulated::set_up(emulated::settings_from_environment());
  EXPECT_GT(errors, 4u);
}

// A block whose words are lost: the others give up, say whom they waited for, and leave no state but one that is set.
// With a barrier of the grid blocks go on after a stall until the next barrier; behind the last window there is none,
// so its far synapses are waited for, too, but not for long.
TEST(SilentBlock, IsNamedByThoseWhoWaitForIt) {
  using kernel::Exchange;
  const EngineCase c{40, 1, 0, false};
  SimulationOptions options;
  options.weight_bits = 16;
  for (const Exchange exchange : {Exchange::mailbox, Exchange::grid_barrier})
    for (const kernel::Split split : {kernel::Split::on, kernel::Split::off})
      for (const std::uint64_t steps : {1, 8}) {
        emulated::Settings settings;
        settings.silent_block = 1;
        emulated::set_up(settings);
        const auto simulation = cuda::make_resident_simulation(
            network_of(c), {}, options, {3, 0, 32, 4, kernel::RingPlace::automatic, exchange, 3000, split});
        const SimulationState start = simulation->state();
        try {
          simulation->advance(steps);
          FAIL() << "no error";
        } catch (const DeviceError& error) {
          EXPECT_NE(std::string(error.what()).find("waited in vain for the spikes of block 1 in the steps from 0"),
                    std::string::npos)
              << error.what();
        }
        EXPECT_THROW(simulation->state(), DeviceError);
        simulation->set_state(start);
        EXPECT_EQ(simulation->state().hash(), start.hash());
      }
  emulated::set_up(emulated::settings_from_environment());
}

INSTANTIATE_TEST_SUITE_P(All, Failures, ::testing::ValuesIn(scenarios()),
                         [](const auto& scenario) { return std::string(scenario.param.name); });

}  // namespace
}  // namespace sprig::test
