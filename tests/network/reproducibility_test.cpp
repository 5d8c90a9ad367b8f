// The same network from the same seed, whatever the threads; another from another; and what the fingerprint sees.
#include <gtest/gtest.h>

#include "tests/network/network_support.hpp"

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace sprig::test {
namespace {

const Topology kTopologies[] = {Topology::random,      Topology::fixed_in_degree, Topology::fixed_total,
                                Topology::small_world, Topology::clustered,       Topology::small_world_clusters};

NetworkSpec varied(Topology topology) {
  NetworkSpec spec = spec_of(topology, 700, 0.1);
  spec.clusters = has_clusters(topology) ? 3 : 1;
  spec.weight = {Kind::normal, 1, 0.8};
  spec.delay_ms = {Kind::normal, 1, 0.7};
  return spec;
}

std::uint64_t fingerprint(Topology topology, std::uint32_t seed) {
  Network network = build_network(varied(topology), seed);
  connect_input(network, 5, 0.3, {Kind::gamma, 2, 0.5}, 1, seed);
  return network_hash(network);
}

TEST(Builders, GiveTheSameBitsOnAnyNumberOfThreads) {
#if defined(_OPENMP)
  const int before = omp_get_max_threads();
  for (const Topology topology : kTopologies) {
    omp_set_num_threads(1);
    const std::uint64_t one = fingerprint(topology, 1);
    for (const int threads : {2, 3, 7}) {
      omp_set_num_threads(threads);
      EXPECT_EQ(fingerprint(topology, 1), one) << "topology " << static_cast<int>(topology) << ", threads " << threads;
    }
  }
  omp_set_num_threads(before);
#else
  GTEST_SKIP() << "built without OpenMP: there is one thread";
#endif
}

TEST(Builders, GiveAnotherNetworkForAnotherSeed) {
  for (const Topology topology : kTopologies) {
    EXPECT_EQ(fingerprint(topology, 1), fingerprint(topology, 1));
    EXPECT_NE(fingerprint(topology, 1), fingerprint(topology, 2));
    EXPECT_NE(build_network(varied(topology), 1).recurrent.targets,
              build_network(varied(topology), 2).recurrent.targets);
  }
}

TEST(Builders, KeepTheNetworkThatWasPublished) {  // integer draws only: no library's quantiles enter
  NetworkSpec spec = spec_of(Topology::small_world, 64, 0.2);
  spec.weight = {Kind::constant, 1, 0};
  spec.scale_weights = false;
  spec.tau_m_ms = {{Kind::constant, 20, 0}};
  spec.v_initial = {Kind::constant, 0, 0};
  const Network network = build_network(spec, 1);

  EXPECT_EQ(network_hash(network), 0xd6607ef5c0a98f26ull);
}

TEST(Hash, SeesEveryFieldOfANetwork) {
  Network network = build_network(varied(Topology::random), 1);
  connect_input(network, 2, 0.5, {Kind::constant, 1, 0}, 1, 1);
  network.plasticity.emplace();
  const std::uint64_t original = network_hash(network);
  const auto differs = [&](auto change) {
    Network changed = network;
    change(changed);
    return network_hash(changed) != original;
  };

  for (const NeuronField& field : kNeuronFields)
    EXPECT_TRUE(differs([&](Network& n) { (n.neurons.*field.values)[3] += 0.5; })) << field.name;
  EXPECT_TRUE(differs([](Network& n) { n.step_ms = 0.2; }));
  EXPECT_TRUE(differs([](Network& n) { n.kind.receptors = 2; }));
  EXPECT_TRUE(differs([](Network& n) { n.kind.synapse = Synapse::delta; }));
  EXPECT_TRUE(differs([](Network& n) { n.kind.reset = Reset::soft; }));
  EXPECT_TRUE(differs([](Network& n) { n.kind.adaptive = true; }));
  EXPECT_TRUE(differs([](Network& n) { n.populations[0].name.pop_back(); }));
  EXPECT_TRUE(differs([](Network& n) { n.populations[1].inhibitory = false; }));
  EXPECT_TRUE(differs([](Network& n) { n.original_id[5] = 70000; }));
  EXPECT_TRUE(differs([](Network& n) { ++n.recurrent.targets[7]; }));
  EXPECT_TRUE(differs([](Network& n) { n.recurrent.weights[7] *= 2; }));
  EXPECT_TRUE(differs([](Network& n) { ++n.recurrent.delays[7]; }));
  EXPECT_TRUE(differs([](Network& n) { n.recurrent.original_id.assign(n.recurrent.synapses(), 1); }));
  EXPECT_TRUE(differs([](Network& n) { n.input.weights[0] = 2; }));
  EXPECT_TRUE(differs([](Network& n) { n.input.uniform_delay = 2; }));
  EXPECT_TRUE(differs([](Network& n) { ++n.plasticity->source_first; }));
  EXPECT_TRUE(differs([](Network& n) { ++n.plasticity->target_count; }));
  EXPECT_TRUE(differs([](Network& n) { n.plasticity->a_plus += 0.5; }));
  EXPECT_TRUE(differs([](Network& n) { n.plasticity->a_minus += 0.5; }));
  EXPECT_TRUE(differs([](Network& n) { n.plasticity->tau_plus_ms += 1; }));
  EXPECT_TRUE(differs([](Network& n) { n.plasticity->tau_minus_ms += 1; }));
  EXPECT_TRUE(differs([](Network& n) { n.plasticity->w_max += 1; }));
}

TEST(Hash, DoesNotSeeHowEqualDelaysAndIdentityIdsAreStored) {
  Network network = build_network(spec_of(Topology::random, 100, 0.1), 1);
  const std::uint64_t before = network_hash(network);
  network.recurrent.delays.assign(network.recurrent.synapses(), network.recurrent.uniform_delay);
  for (std::uint64_t k = 0; k < network.recurrent.synapses(); ++k) network.recurrent.original_id.push_back(k);

  EXPECT_EQ(network_hash(network), before);
}

}  // namespace
}  // namespace sprig::test
