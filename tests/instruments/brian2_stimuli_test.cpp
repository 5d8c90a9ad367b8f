// A network under a current a neuron over time, a step of current and a file of spikes, in Brian2 and here: the same
// spike times. Skipped where Brian2 is not installed; SPRIG_PYTHON names the interpreter that has it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <set>
#include <sstream>

#include "tests/instruments/stimulus_support.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig::test {
namespace {

TEST(Brian2, GivesTheSameSpikesUnderACurrentOverTimeAndGivenSpikes) {
  const char* given = std::getenv("SPRIG_PYTHON");
  const std::string python = given != nullptr ? given : "python3";
  if (std::system((python + " -c 'import brian2' > /dev/null 2>&1").c_str()) != 0)
    GTEST_SKIP() << "Brian2 is not installed for " << python;

  RandomNetworkSpec spec;
  spec.neurons = 100;
  spec.density = 0.1;
  spec.kind = {Synapse::exponential, 2, Reset::hard, false};
  spec.step_ms = 0.1;
  spec.min_delay = 5;
  spec.max_delay = 30;
  spec.weight = 0.1;
  Network network = random_network(spec);
  constexpr double kRefractoryMs = 2, kSampleMs = 2.5, kFromMs = 100, kUntilMs = 350, kDelayMs = 1.5;
  constexpr double kWeight = 0.25, kCurrent = 0.15;  // a float and a double alike
  constexpr std::uint64_t kSteps = 6000;
  network.neurons.t_ref_ms.assign(spec.neurons, kRefractoryMs);
  for (std::uint32_t i = 0; i < spec.neurons; ++i) network.neurons.i_dc[i] = 0.8 + 0.3 * test_uniform(4, i, 0);

  const TemporaryFolder folder;
  {
    std::ofstream neurons(folder.file("neurons.txt")), edges(folder.file("edges.txt")),
        current(folder.file("current.csv")), spikes(folder.file("spikes.csv")), scalars(folder.file("scalars.txt"));
    for (std::ofstream* file : {&neurons, &edges, &current, &spikes, &scalars}) *file << std::setprecision(17);
    const NeuronParameters& p = network.neurons;
    for (std::uint32_t i = 0; i < spec.neurons; ++i)
      neurons << p.tau_m_ms[i] << ' ' << p.tau_syn_exc_ms[i] << ' ' << p.tau_syn_inh_ms[i] << ' ' << p.i_dc[i] << ' '
              << p.v_initial[i] << '\n';
    for (std::uint32_t j = 0; j < spec.neurons; ++j)
      for (std::uint64_t k = network.recurrent.offsets[j]; k < network.recurrent.offsets[j + 1]; ++k)
        edges << j << ' ' << network.recurrent.targets[k] << ' ' << network.recurrent.weights[k] << ' '
              << network.recurrent.delay(k) << '\n';
    for (int row = 0; row < 200; ++row)
      for (std::uint32_t i = 0; i < spec.neurons; ++i)
        current << 0.6 * test_uniform(6, i, row) - 0.2 << (i + 1 < spec.neurons ? ',' : '\n');
    spikes << "time_ms,neuron\n";
    std::set<std::pair<int, std::uint32_t>> seen;  // Brian2 takes one spike a neuron and step
    for (int k = 0; k < 3000; ++k) {
      const int step = static_cast<int>(kSteps * test_uniform(7, k, 0));
      const auto neuron = static_cast<std::uint32_t>(spec.neurons * test_uniform(7, k, 1));
      if (seen.emplace(step, neuron).second) spikes << step * spec.step_ms << ',' << neuron << '\n';
    }
    scalars << kWeight << '\n' << kDelayMs << '\n' << kCurrent << '\n';
  }
  std::ostringstream command;
  command << python << ' ' << SPRIG_TEST_SOURCE_DIR << "/brian2_stimuli.py " << folder.path() << ' ' << spec.step_ms
          << ' ' << kRefractoryMs << ' ' << kSteps << ' ' << kSampleMs << ' ' << kFromMs << ' ' << kUntilMs << " > "
          << folder.file("out.txt") << " 2> " << folder.file("log");
  ASSERT_EQ(std::system(command.str().c_str()), 0) << read_file(folder.file("log"));
  std::vector<SpikeEvent> expected;
  std::ifstream lines(folder.file("out.txt"));
  for (std::uint64_t step; lines >> step;) {
    std::uint32_t neuron;
    lines >> neuron;
    expected.push_back({step, neuron, 0});
  }

  std::vector<StimulusSpec> stimuli{stimulus(StimulusKind::current), dc(kCurrent, kFromMs, kUntilMs),
                                    stimulus(StimulusKind::spikes)};
  stimuli[0].file = "current.csv", stimuli[0].sample_ms = kSampleMs;
  stimuli[2].file = "spikes.csv", stimuli[2].weight = kWeight, stimuli[2].delay_ms = kDelayMs;
  read_stimulus_files(stimuli, folder.path());
  const StimulatedRun run = run_stimulated(network, {}, stimuli, on_cpu(), kSteps);
  ASSERT_GT(expected.size(), 1000u);
  const auto differ =
      std::mismatch(run.recording.spikes.begin(), run.recording.spikes.end(), expected.begin(), expected.end());
  const auto same = static_cast<std::size_t>(differ.second - expected.begin());
  std::cout << expected.size() << " spikes in Brian2, " << run.recording.spikes.size() << " in sprig, the first "
            << same << " equal\n";
  EXPECT_EQ(same, expected.size());
  EXPECT_EQ(run.recording.spikes.size(), expected.size());
}

}  // namespace
}  // namespace sprig::test
