// Networks, drives and inputs on which the backends are compared.
#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "sprig/engine/simulation.hpp"
#include "tests/support/networks.hpp"

namespace sprig::test {

inline constexpr LifKind kKinds[] = {{Synapse::exponential, 1, Reset::hard, false},
                                     {Synapse::exponential, 2, Reset::hard, true},
                                     {Synapse::exponential, 2, Reset::soft, false},
                                     {Synapse::delta, 1, Reset::hard, false},
                                     {Synapse::delta, 2, Reset::soft, true}};

struct EngineCase {
  std::uint32_t neurons = 33, replicas = 1;
  int kind = 0;       // index into kKinds
  bool drive = true;  // Poisson, noise, signal and external spikes; else the constant current alone
  std::uint64_t first_step = 0;
  double density = 0.3;
  int weight_bits = 32;
  bool events = false;  // updated by events: driven by the external spikes alone

  friend std::ostream& operator<<(std::ostream& out, const EngineCase& c) {
    return out << c.neurons << " neurons, " << c.replicas << " replicas, kind " << c.kind << (c.drive ? ", driven" : "")
               << ", from step " << c.first_step << (c.weight_bits == 16 ? ", 16-bit weights" : "")
               << (c.events ? ", by events" : "");
  }
};

inline Network network_of(const EngineCase& c) {
  RandomNetworkSpec spec;
  spec.neurons = c.neurons;
  spec.density = c.density;
  spec.kind = kKinds[c.kind];
  spec.max_delay = 5;
  spec.i_dc = c.events ? 0.4 : 1.3;
  spec.step_ms = 1.0;
  spec.weight = c.kind >= 3 ? 0.02 : 0.1;
  spec.input_channels = c.drive ? 3 : 0;
  Network network = random_network(spec);
  if (c.events)
    for (float& w : network.input.weights) w *= c.kind >= 3 ? 20 : 60;
  return network;
}

inline Drive drive_of(const EngineCase& c) {
  Drive drive;
  if (!c.drive || c.events) return drive;
  drive.channels = 2;
  for (std::uint32_t i = 0; i < c.neurons; ++i) {
    drive.poisson_rate_hz.push_back(i % 3 == 0 ? 0 : 300 + i % 7);
    drive.poisson_weight.push_back(i % 2 == 0 ? 0.05 : -0.05);
    drive.noise_sigma.push_back(0.3 * (i % 4));
    for (int k = 0; k < 2; ++k) drive.current_gain.push_back(0.5 * test_uniform(9, i, k) - 0.1);
  }
  return drive;
}

// A call's input: samples of 3 steps, and each (step, channel, replica) firing with probability 0.3; the last sample is
// held on.
struct CallInput {
  std::vector<real> signal;
  std::vector<Input::Spike> spikes;
  Input input;

  CallInput(const EngineCase& c, std::uint32_t steps) {
    if (!c.drive) return;
    input.samples = c.events ? 0 : steps / 3;
    input.steps_per_sample = 3;
    for (std::uint32_t k = 0; k < c.replicas * input.samples * 2; ++k)
      signal.push_back(static_cast<real>(test_uniform(3, k, 0) - 0.3));
    for (std::uint32_t t = 0; t < steps; ++t)
      for (std::uint32_t channel = 0; channel < 3; ++channel)
        for (std::uint32_t b = 0; b < c.replicas; ++b) {
          if (test_uniform(4, t * 3 + channel, b) < 0.3) spikes.push_back({t, channel, b});
        }
    input.signal = View<const real>(signal);
    input.spikes = View<const Input::Spike>(spikes);
  }
};

// Everything that was recorded.
inline void expect_equal(const Recording& found, const Recording& expected) {
  EXPECT_EQ(found.first_step, expected.first_step);
  EXPECT_EQ(found.steps, expected.steps);
  EXPECT_EQ(found.spikes, expected.spikes);
  EXPECT_EQ(found.counts, expected.counts);
  EXPECT_EQ(found.population_spikes, expected.population_spikes);
  EXPECT_EQ(found.total_spikes, expected.total_spikes);
  EXPECT_EQ(found.probe_v, expected.probe_v);
  EXPECT_EQ(found.probe_i, expected.probe_i);
  EXPECT_EQ(found.probe_theta, expected.probe_theta);
  EXPECT_EQ(found.u_before, expected.u_before);
  EXPECT_EQ(found.current, expected.current);
  EXPECT_EQ(found.flags, expected.flags);
}

}  // namespace sprig::test
