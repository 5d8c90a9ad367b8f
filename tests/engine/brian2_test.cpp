// The same deterministic network of 100 neurons for one second in Brian2: the same spike times. Skipped where Brian2 is
// not installed; SPRIG_PYTHON names the interpreter that has it.
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "sprig/engine/simulation.hpp"
#include "tests/support/networks.hpp"

namespace sprig {
namespace {

TEST(Brian2, GivesTheSameSpikesForOneSecond) {
  const char* given = std::getenv("SPRIG_PYTHON");
  const std::string python = given != nullptr ? given : "python3";
  if (std::system((python + " -c 'import brian2' > /dev/null 2>&1").c_str()) != 0)
    GTEST_SKIP() << "Brian2 is not installed for " << python;

  test::RandomNetworkSpec spec;
  spec.neurons = 100;
  spec.density = 0.1;
  spec.kind = {Synapse::exponential, 2, Reset::hard, false};
  spec.step_ms = 0.1;
  spec.min_delay = 5;
  spec.max_delay = 30;
  spec.weight = 0.1;
  Network network = test::random_network(spec);
  constexpr double kRefractoryMs = 2;
  constexpr std::uint64_t kSteps = 10000;
  network.neurons.t_ref_ms.assign(spec.neurons, kRefractoryMs);
  for (std::uint32_t i = 0; i < spec.neurons; ++i) network.neurons.i_dc[i] = 1 + 0.3 * test::test_uniform(4, i, 0);

  const auto folder = std::filesystem::temp_directory_path() / ("sprig_brian2_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  {
    std::ofstream neurons(folder / "neurons.txt"), edges(folder / "edges.txt");
    neurons << std::setprecision(17);
    edges << std::setprecision(17);
    const NeuronParameters& p = network.neurons;
    for (std::uint32_t i = 0; i < spec.neurons; ++i)
      neurons << p.tau_m_ms[i] << ' ' << p.tau_syn_exc_ms[i] << ' ' << p.tau_syn_inh_ms[i] << ' ' << p.i_dc[i] << ' '
              << p.v_initial[i] << '\n';
    for (std::uint32_t j = 0; j < spec.neurons; ++j)
      for (std::uint64_t k = network.recurrent.offsets[j]; k < network.recurrent.offsets[j + 1]; ++k)
        edges << j << ' ' << network.recurrent.targets[k] << ' ' << network.recurrent.weights[k] << ' '
              << network.recurrent.delay(k) << '\n';
  }
  const auto output = folder / "spikes.txt";
  std::ostringstream command;
  command << python << ' ' << SPRIG_TEST_SOURCE_DIR << "/brian2_oracle.py " << folder.string() << ' ' << spec.step_ms
          << ' ' << kRefractoryMs << ' ' << kSteps << " > " << output.string() << " 2> " << (folder / "log").string();
  ASSERT_EQ(std::system(command.str().c_str()), 0) << "see " << (folder / "log");
  std::vector<SpikeEvent> expected;
  std::ifstream lines(output);
  for (std::uint64_t step; lines >> step;) {
    std::uint32_t neuron;
    lines >> neuron;
    expected.push_back({step, neuron, 0});
  }
  std::filesystem::remove_all(folder);

  SimulationOptions options;
  options.device = Device::cpu;
  const auto simulation = make_simulation(network, {}, options);
  Recording recording;
  simulation->advance(kSteps, {}, {.spikes = true}, &recording);
  ASSERT_GT(expected.size(), 1000u);
  const auto differ = std::mismatch(recording.spikes.begin(), recording.spikes.end(), expected.begin(), expected.end());
  const auto same = static_cast<std::size_t>(differ.second - expected.begin());
  std::cout << expected.size() << " spikes in Brian2, " << recording.spikes.size() << " in sprig, the first " << same
            << " equal\n";
  EXPECT_EQ(same, expected.size());
  EXPECT_EQ(recording.spikes.size(), expected.size());
}

}  // namespace
}  // namespace sprig
