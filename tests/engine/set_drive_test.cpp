// Simulation::set_drive(): a drive that changes between two calls, on the CPU. tests/kernels/gpu_stimuli_test.cpp holds
// the GPU against it.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "sprig/core/error.hpp"
#include "sprig/engine/simulation.hpp"
#include "tests/support/networks.hpp"

namespace sprig {
namespace {

using test::random_network;
using test::RandomNetworkSpec;
using test::test_uniform;

Network network_for_drives(std::uint32_t neurons = 3000) {
  RandomNetworkSpec spec;
  spec.neurons = neurons;
  spec.density = 30.0 / neurons;
  spec.kind = {Synapse::exponential, 2, Reset::hard, true};
  spec.max_delay = 20;
  return random_network(spec);
}

// Another for each `which`.
Drive drive_number(const Network& network, std::uint32_t which) {
  Drive drive;
  drive.channels = 1;
  for (std::uint32_t i = 0; i < network.size(); ++i) {
    drive.poisson_rate_hz.push_back((i + which) % 3 == 0 ? 0 : 200 + (i + 40 * which) % 7);
    drive.poisson_weight.push_back((i + which) % 2 == 0 ? 0.03 : -0.03);
    drive.noise_sigma.push_back(0.1 * ((i + which) % 4));
    drive.current.push_back(0.2 * test_uniform(5 + which, i, 0));
    drive.current_gain.push_back(0.2 * test_uniform(9 + which, i, 0));
  }
  return drive;
}

SimulationOptions with_update(UpdateMode update = UpdateMode::clock) {
  SimulationOptions options;
  options.device = Device::cpu;
  options.update = update;
  return options;
}

TEST(SetDrive, TheSameDriveAnewChangesNoBit) {
  const Network network = network_for_drives();
  const Drive drive = drive_number(network, 0);
  const auto whole = make_simulation(network, drive, with_update());
  Recording expected;
  whole->advance(200, {}, {.spikes = true}, &expected);
  for (const std::uint64_t piece : {1, 3, 4, 67}) {  // four steps share a block of random words
    const auto pieces = make_simulation(network, drive, with_update());
    Recording found;

    while (pieces->step() < 200) {
      pieces->advance(std::min<std::uint64_t>(piece, 200 - pieces->step()), {}, {.spikes = true}, &found);
      pieces->set_drive(drive);
    }

    EXPECT_EQ(pieces->state().hash(), whole->state().hash()) << piece;
    EXPECT_EQ(found.spikes, expected.spikes) << piece;
  }
  EXPECT_GT(expected.total_spikes, 1000u);
}

TEST(SetDrive, ByEventsTheSameDriveAnewChangesNoBit) {
  Network network = network_for_drives();
  Drive drive;
  for (std::uint32_t i = 0; i < network.size(); ++i) drive.current.push_back(0.02 * test_uniform(5, i, 0));
  const auto whole = make_simulation(network, drive, with_update(UpdateMode::event));
  whole->advance(200);
  const auto pieces = make_simulation(network, drive, with_update(UpdateMode::event));

  for (int k = 0; k < 20; ++k) {
    pieces->advance(10);
    pieces->set_drive(drive);
  }

  EXPECT_EQ(pieces->state().hash(), whole->state().hash());
}

// From the state that the first left, with the second drive from the start.
TEST(SetDrive, AnotherDriveIsAsThatOfASimulationThatWasMadeWithIt) {
  const Network network = network_for_drives();
  const auto changing = make_simulation(network, drive_number(network, 0), with_update());
  for (const std::uint64_t steps : {37, 2, 61}) {
    changing->advance(steps);
    const std::uint32_t which = static_cast<std::uint32_t>(changing->step());
    const auto made = make_simulation(network, drive_number(network, which), with_update());
    made->set_state(changing->state());

    changing->set_drive(drive_number(network, which));
    changing->advance(50);
    made->advance(50);

    EXPECT_EQ(changing->state().hash(), made->state().hash()) << "from step " << which;
  }
}

TEST(SetDrive, TermsThatAreLeftOutAreNothing) {
  const Network network = network_for_drives();
  const auto changing = make_simulation(network, drive_number(network, 0), with_update());
  const auto made = make_simulation(network, {}, with_update());
  changing->advance(41);
  made->set_state(changing->state());
  Drive silent;
  silent.channels = 1;
  silent.current_gain.assign(network.size(), 0.0);

  changing->set_drive(silent);
  changing->advance(60);
  made->advance(60);

  EXPECT_EQ(changing->state().hash(), made->state().hash());
}

TEST(SetDrive, ThreadsAndSlicesChangeNoBit) {
  const Network network = network_for_drives();
  const auto run = [&](int threads, std::uint32_t slices) {
    SimulationOptions options = with_update();
    options.threads = threads;
    options.slices = slices;
    const auto simulation = make_simulation(network, drive_number(network, 0), options);
    for (std::uint32_t k = 1; k < 6; ++k) {
      simulation->advance(17);
      simulation->set_drive(drive_number(network, k));
    }
    simulation->advance(17);
    return simulation->state().hash();
  };
  const std::uint64_t expected = run(1, 0);
  EXPECT_EQ(run(2, 0), expected);
  EXPECT_EQ(run(2, 7), expected);
}

TEST(SetDrive, ACurrentOfTheDriveAddsToThatOfTheNeuronInDouble) {
  Network network = network_for_drives(500);
  Drive drive;
  for (std::uint32_t i = 0; i < network.size(); ++i) drive.current.push_back(0.3 * test_uniform(5, i, 0));
  Network other = network;
  for (std::uint32_t i = 0; i < network.size(); ++i) other.neurons.i_dc[i] += drive.current[i];
  const auto driven = make_simulation(network, drive, with_update()), given = make_simulation(other, {}, with_update());

  driven->advance(300);
  given->advance(300);

  EXPECT_EQ(driven->state().hash(), given->state().hash());
  EXPECT_NE(driven->state().hash(), [&] {
    const auto without = make_simulation(network, {}, with_update());
    without->advance(300);
    return without->state().hash();
  }());
}

// A neuron alone that is skipped catches up under the current that it had: to rounding, it is where the clock's is.
TEST(SetDrive, ByEventsASkippedNeuronFeelsEachCurrentAsLongAsItWas) {
  const Network network = test::unconnected(50, {Synapse::exponential, 1, Reset::hard, false}, 0.5, {});
  const auto with_currents = [&](std::uint32_t which) {
    Drive drive;
    for (std::uint32_t i = 0; i < network.size(); ++i)
      drive.current.push_back(i % 5 == 0 ? 0.5 : 1.4 * test_uniform(30 + which, i, 0));
    return drive;
  };
  const auto clock = make_simulation(network, with_currents(0), with_update());
  const auto event = make_simulation(network, with_currents(0), with_update(UpdateMode::event));
  Recording expected, found;
  for (std::uint32_t k = 1; k < 12; ++k) {
    clock->advance(60, {}, {.spikes = true, .probe = {0, 1, 2, 3, 4}}, &expected);
    event->advance(60, {}, {.spikes = true, .probe = {0, 1, 2, 3, 4}}, &found);
    clock->set_drive(with_currents(k));
    event->set_drive(with_currents(k));
  }
  EXPECT_EQ(found.spikes, expected.spikes);
  EXPECT_GT(expected.spikes.size(), 30u);
  ASSERT_EQ(found.probe_v.size(), expected.probe_v.size());
  for (std::size_t k = 0; k < found.probe_v.size(); ++k)
    ASSERT_NEAR(found.probe_v[k], expected.probe_v[k], 1e-5) << "value " << k;
}

TEST(SetDrive, UnderAutomaticTheClockTakesOverWhenTheDriveNeedsIt) {
  const Network network = network_for_drives();
  Drive silent, driving;
  silent.poisson_rate_hz.assign(network.size(), 0);
  silent.poisson_weight.assign(network.size(), 0.1);
  driving = silent;
  driving.poisson_rate_hz.assign(network.size(), 500);
  const auto automatic = make_simulation(network, silent, with_update(UpdateMode::automatic));
  automatic->advance(30);
  const SimulationState by_events = automatic->state();
  ASSERT_FALSE(by_events.as_of.empty());

  automatic->set_drive(driving);
  EXPECT_TRUE(automatic->state().as_of.empty());
  const auto clock = make_simulation(network, driving, with_update());
  clock->set_state(automatic->state());
  automatic->advance(50);
  clock->advance(50);
  EXPECT_EQ(automatic->state().hash(), clock->state().hash());

  const std::uint64_t expected = automatic->state().hash();
  automatic->set_state(by_events);  // a state by events is caught up with at once
  automatic->advance(50);
  EXPECT_EQ(automatic->state().hash(), expected);
}

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(SetDrive, RefusesWhatDoesNotFitAndGoesOn) {
  const Network network = network_for_drives(200);
  const auto plain = make_simulation(network, {}, with_update());
  const auto event = make_simulation(network, {}, with_update(UpdateMode::event));
  plain->advance(5);
  const std::uint64_t before = plain->state().hash();
  Drive drive;
  const auto set = [&] { plain->set_drive(drive); };

  drive.current.assign(199, 0.0);
  EXPECT_EQ(refusal(set), "drive.current: found 199 values; allowed: 200");
  drive.current.assign(200, 0.0);
  drive.current[7] = NAN;
  EXPECT_EQ(refusal(set), "drive.current[7]: found nan; allowed: a finite number");
  drive = {};
  drive.noise_sigma.assign(200, 1.0);
  EXPECT_EQ(refusal(set).substr(0, 17), "drive.noise_sigma");
  drive = {};
  drive.poisson_rate_hz.assign(200, 1.0);
  drive.poisson_weight.assign(200, 1.0);
  EXPECT_EQ(refusal(set).substr(0, 21), "drive.poisson_rate_hz");
  drive.poisson_rate_hz[3] = 1e9;
  EXPECT_EQ(refusal(set).substr(0, 24), "drive.poisson_rate_hz[3]");
  drive = {};
  drive.channels = 1;
  drive.current_gain.assign(200, 1.0);
  EXPECT_EQ(refusal(set).substr(0, 14), "drive.channels");

  EXPECT_EQ(plain->state().hash(), before);
  EXPECT_EQ(refusal([&] { event->set_drive(drive); }).substr(0, 14), "drive.channels");
  Drive zero;
  zero.poisson_rate_hz.assign(200, 0.0);
  zero.poisson_weight.assign(200, 1.0);
  const auto could = make_simulation(network, zero, with_update(UpdateMode::event));
  could->set_drive(zero);
  zero.poisson_rate_hz[0] = 1;
  EXPECT_EQ(refusal([&] { could->set_drive(zero); }).substr(0, 10), "run.update");
}

}  // namespace
}  // namespace sprig
