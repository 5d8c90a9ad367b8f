// Silent and saturated networks are said, with the keys that would change them; others are not.
#include "sprig/instruments/activity.hpp"

#include <gtest/gtest.h>

#include "tests/instruments/run_support.hpp"

namespace sprig {
namespace {

// 100 neurons without synapses under a current; what is said of 1000 ms.
std::string said_of(double i_dc, std::uint32_t firing = 100) {
  NeuronDefaults neuron;
  neuron.t_ref_ms = 2;
  Network network = test::unconnected(100, {}, 0.1, neuron);
  for (std::uint32_t i = 0; i < firing; ++i) network.neurons.i_dc[i] = i_dc;
  BuiltNetwork built = network;
  RunRequest request;
  const RunOutcome out = sprig::Run(built, request).simulate("");
  return activity_warning(activity_shares(network, out.spikes_of, out.steps, 1), NetworkOrigin::keys, "the network");
}

TEST(Activity, ASilentNetworkIsSaid) {
  EXPECT_NE(said_of(0).find("no neuron fired in 1000 ms"), std::string::npos);
  EXPECT_NE(said_of(0.99).find("neuron.i_dc"), std::string::npos);
  const std::string nearly = said_of(1.5, 0);
  EXPECT_NE(nearly.find("silent"), std::string::npos);
}

TEST(Activity, OneThatFiresIsNotSaid) {
  EXPECT_EQ(said_of(1.5), "");
  EXPECT_EQ(said_of(1.5, 1), "") << "one of a hundred";
}

TEST(Activity, FewerThanOneInAHundredIsNearlySilent) {
  NeuronDefaults neuron;
  const Network network = test::unconnected(1000, {}, 0.1, neuron);
  std::vector<std::uint64_t> spikes(1000, 0);
  spikes[3] = 5;
  EXPECT_NE(activity_warning(activity_shares(network, spikes, 10000, 1), NetworkOrigin::file, "x").find("0.1 %"),
            std::string::npos);
  EXPECT_EQ(activity_warning(activity_shares(network, spikes, 999, 1), NetworkOrigin::file, "x"), "")
      << "within 100 ms many have not come to fire";
}

TEST(Activity, KeysOfAForeignFileAreThoseThatChangeIt) {
  const ActivityShares silent{0, 0, 1000};
  const std::string own = activity_warning(silent, NetworkOrigin::file, "x"),
                    foreign = activity_warning(silent, NetworkOrigin::foreign_file, "x");
  EXPECT_EQ(own.find("network.gain"), std::string::npos) << own;
  EXPECT_NE(foreign.find("neuron.i_dc or network.gain"), std::string::npos) << foreign;
}

// In a second a neuron fires 476 times at most, in two replicas 952 times together.
TEST(Activity, SaturationIsOfAllReplicasTogether) {
  NeuronDefaults d;
  d.t_ref_ms = 2;
  const Network network = test::unconnected(2, {}, 0.1, d);
  EXPECT_EQ(activity_shares(network, {900, 500}, 10000, 2).saturated, 0.5);
  EXPECT_EQ(activity_shares(network, {900, 500}, 10000, 1).saturated, 1.0);
}

TEST(Activity, ANetworkThatFiresAsOftenAsItCanIsSaid) {
  // Far above threshold a neuron fires in the step in which its refractory time is over: every 21 steps.
  const std::string said = said_of(1e6);
  EXPECT_NE(said.find("saturated"), std::string::npos) << said;
  EXPECT_NE(said.find("network.inhibition"), std::string::npos);
  EXPECT_DOUBLE_EQ(highest_rate_hz(2, 0.1), 1000 / 2.1);
}

}  // namespace
}  // namespace sprig
