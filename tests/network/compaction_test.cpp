// Removing synapses and neurons, against lists of synapses by original id.
#include <gtest/gtest.h>

#include <tuple>

#include "sprig/core/error.hpp"
#include "sprig/network/compaction.hpp"
#include "tests/network/network_support.hpp"

namespace sprig::test {
namespace {

// A network with multapses, varied delays and input, in which no two parameters of any kind are equal.
Network varied(std::uint32_t neurons = 60) {
  NetworkSpec spec = spec_of(Topology::fixed_total, neurons, 0.15);
  spec.delay_ms = {Kind::uniform, 1, 4};
  Network network = build_network(spec, 1);
  connect_input(network, 7, 0.4, {Kind::gamma, 2, 0.5}, 1, 1);
  double x = 0;
  for (const NeuronField& field : kNeuronFields)
    for (double& value : network.neurons.*field.values) value = x += 0.5;
  for (double& v : network.neurons.v_reset) v -= 1e4;
  return network;
}

std::vector<std::uint8_t> mask(std::size_t size, std::uint32_t salt) {
  std::vector<std::uint8_t> keep(size);
  for (std::size_t i = 0; i < size; ++i) keep[i] = (i * 2654435761u + salt * 40503u) / 65536 % 3 != 0 ? 255 : 0;
  return keep;
}

struct Listed {
  std::uint32_t source, target;  // original neuron ids (source: a channel, for input)
  float weight;
  std::uint16_t delay;
  std::uint64_t id;
  friend bool operator==(const Listed&, const Listed&) = default;
};

std::vector<Listed> list(const Csr& csr, const std::vector<std::uint32_t>& target_ids,
                         const std::vector<std::uint32_t>* source_ids) {
  std::vector<Listed> synapses;
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k)
      synapses.push_back(
          {source_ids ? (*source_ids)[i] : i, target_ids[csr.targets[k]], csr.weights[k], csr.delay(k), csr.id(k)});
  return synapses;
}
std::vector<Listed> recurrent(const Network& n) { return list(n.recurrent, n.original_id, &n.original_id); }
std::vector<Listed> input(const Network& n) { return list(n.input, n.original_id, nullptr); }

template <class Keep>
std::vector<Listed> filter(std::vector<Listed> synapses, Keep keep) {
  std::erase_if(synapses, [&](const Listed& s) { return !keep(s); });
  return synapses;
}

TEST(KeepSynapses, LeavesExactlyTheKeptOnes) {
  const Network before = varied();
  const std::vector<std::uint8_t> keep = mask(before.recurrent.synapses(), 1);
  Network after = before;
  keep_synapses(after, keep);
  validate(after);

  EXPECT_EQ(recurrent(after), filter(recurrent(before), [&](const Listed& s) { return keep[s.id] != 0; }));
  EXPECT_EQ(input(after), input(before));
  EXPECT_EQ(after.neurons.tau_m_ms, before.neurons.tau_m_ms);
}

TEST(KeepSynapses, KeepingAllChangesNothing) {
  Network network = varied();
  const std::uint64_t before = network_hash(network);
  keep_synapses(network, std::vector<std::uint8_t>(network.recurrent.synapses(), 1));

  EXPECT_EQ(network_hash(network), before);
}

TEST(KeepSynapses, TwiceEqualsOnce) {
  const Network original = varied();
  Network twice = original, once = original;
  const std::vector<std::uint8_t> first = mask(original.recurrent.synapses(), 2);
  keep_synapses(twice, first);
  const std::vector<std::uint8_t> second = mask(twice.recurrent.synapses(), 3);
  std::vector<std::uint8_t> both(original.recurrent.synapses(), 0);
  for (std::uint64_t k = 0; k < twice.recurrent.synapses(); ++k) both[twice.recurrent.id(k)] = second[k];
  keep_synapses(twice, second);
  keep_synapses(once, both);

  EXPECT_EQ(network_hash(twice), network_hash(once));
  EXPECT_LT(once.recurrent.synapses(), original.recurrent.synapses());
}

TEST(KeepNeurons, LeavesTheirRowsColumnsAndParameters) {
  const Network before = varied();
  const std::vector<std::uint8_t> keep = mask(before.size(), 4);
  Network after = before;
  const std::vector<std::uint32_t> kept = keep_neurons(after, keep);
  validate(after);

  std::vector<std::uint32_t> wanted;
  for (std::uint32_t i = 0; i < before.size(); ++i)
    if (keep[i]) wanted.push_back(i);
  ASSERT_EQ(kept, wanted);
  EXPECT_EQ(after.original_id, wanted);
  EXPECT_EQ(recurrent(after),
            filter(recurrent(before), [&](const Listed& s) { return keep[s.source] && keep[s.target]; }));
  EXPECT_EQ(input(after), filter(input(before), [&](const Listed& s) { return keep[s.target] != 0; }));
  EXPECT_EQ(after.input.rows, before.input.rows);
  for (const NeuronField& field : kNeuronFields)
    for (std::size_t i = 0; i < kept.size(); ++i)
      ASSERT_EQ((after.neurons.*field.values)[i], (before.neurons.*field.values)[kept[i]]) << field.name;
  EXPECT_EQ(after.populations[0].count, static_cast<std::uint32_t>(std::count_if(
                                            kept.begin(), kept.end(), [](std::uint32_t i) { return i < 48; })));
  EXPECT_EQ(after.populations[1].first, after.populations[0].count);
  EXPECT_TRUE(after.populations[1].inhibitory);
}

TEST(KeepNeurons, TwiceEqualsOnceAndReturnsIndicesBeforeTheCall) {
  const Network original = varied();
  Network twice = original, once = original;
  keep_neurons(twice, mask(twice.size(), 5));
  const std::vector<std::uint32_t> ids = twice.original_id;
  const std::vector<std::uint8_t> second = mask(twice.size(), 6);
  const std::vector<std::uint32_t> kept = keep_neurons(twice, second);
  std::vector<std::uint8_t> both(original.size(), 0);
  for (const std::uint32_t i : kept) both[ids[i]] = 1;
  keep_neurons(once, both);

  EXPECT_EQ(network_hash(twice), network_hash(once));
}

TEST(KeepNeurons, StayInTheirClusters) {
  NetworkSpec spec;
  spec.topology = Topology::clustered;
  spec.clusters = 4;
  spec.neurons = 12;
  Network network = build_network(spec, 1);
  const std::vector<std::uint32_t> before = network.cluster;
  const std::vector<std::uint32_t> kept = keep_neurons(network, {0, 1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1});

  ASSERT_EQ(network.cluster.size(), kept.size());
  for (std::size_t i = 0; i < kept.size(); ++i) EXPECT_EQ(network.cluster[i], before[kept[i]]);
}

TEST(KeepNeurons, WithoutIdsTheirIndicesAreTheIds) {
  Network with = varied(), without = with;
  without.original_id.clear();
  keep_neurons(with, mask(with.size(), 4));
  keep_neurons(without, mask(60, 4));

  EXPECT_EQ(without.original_id, with.original_id);
  EXPECT_EQ(network_hash(without), network_hash(with));
}

TEST(KeepNeurons, SynapsesFirstOrNeuronsFirstIsTheSame) {
  const Network original = varied();
  const std::vector<std::uint8_t> neurons = mask(original.size(), 7), synapses = mask(original.recurrent.synapses(), 8);
  Network a = original, b = original;
  keep_synapses(a, synapses);
  keep_neurons(a, neurons);
  keep_neurons(b, neurons);
  std::vector<std::uint8_t> left(b.recurrent.synapses());
  for (std::uint64_t k = 0; k < left.size(); ++k) left[k] = synapses[b.recurrent.id(k)];
  keep_synapses(b, left);

  EXPECT_EQ(network_hash(a), network_hash(b));
}

TEST(KeepNeurons, AWholePopulationMayGo) {
  Network network = varied();
  std::vector<std::uint8_t> keep(network.size(), 1);
  std::fill(keep.begin() + 48, keep.end(), std::uint8_t{0});
  keep_neurons(network, keep);
  validate(network);

  EXPECT_EQ(network.populations[1].count, 0u);
  EXPECT_TRUE(
      std::none_of(network.recurrent.weights.begin(), network.recurrent.weights.end(), [](float w) { return w < 0; }));
}

TEST(Compaction, RefusesAMaskOfTheWrongSize) {
  Network network = varied();
  EXPECT_THROW(keep_neurons(network, std::vector<std::uint8_t>(59, 1)), ConfigError);
  EXPECT_THROW(keep_synapses(network, std::vector<std::uint8_t>(3, 1)), ConfigError);
}

TEST(Isolated, AreThoseWithoutSynapsesInOrOut) {
  Network network = varied(5);
  Csr& csr = network.recurrent;
  csr = {};
  csr.rows = csr.cols = 5;
  csr.offsets = {0, 1, 1, 1, 2, 2};  // 0 -> 2, 3 -> 3
  csr.targets = {2, 3};
  csr.weights = {1, 1};

  EXPECT_EQ(isolated_neurons(network), (std::vector<std::uint8_t>{0, 1, 0, 0, 1}));
}

TEST(Transpose, ListsTheSourcesOfEachTargetAscending) {
  const Csr csr = varied().recurrent;
  const Transpose t = transpose(csr);

  std::vector<std::tuple<std::uint32_t, std::uint32_t, std::uint64_t>> wanted;  // target, source, edge
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) wanted.emplace_back(csr.targets[k], i, k);
  std::sort(wanted.begin(), wanted.end());
  ASSERT_EQ(t.offsets.size(), csr.cols + 1u);
  ASSERT_EQ(t.sources.size(), wanted.size());
  ASSERT_EQ(t.edge.size(), wanted.size());
  for (std::uint32_t j = 0; j < csr.cols; ++j)
    for (std::uint64_t k = t.offsets[j]; k < t.offsets[j + 1]; ++k)
      ASSERT_EQ(std::tuple(j, t.sources[k], t.edge[k]), wanted[k]);
}

TEST(Transpose, OfARectangularMatrixHasARowPerColumn) {
  const Network network = varied();
  const Transpose t = transpose(network.input);

  EXPECT_EQ(t.offsets.size(), network.size() + 1u);
  EXPECT_EQ(t.offsets.back(), network.input.synapses());
}

}  // namespace
}  // namespace sprig::test
