#include "sprig/formats/network_file.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <functional>

#include "sprig/core/error.hpp"
#include "sprig/network/builders.hpp"
#include "sprig/network/compaction.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig {
namespace {

using test::read_file;
using test::TemporaryFolder;
using test::write_raw;

Network small_network(std::uint32_t neurons) {
  NetworkSpec spec;
  spec.neurons = neurons;
  spec.topology = Topology::random;
  spec.density = 0.2;
  spec.delay_ms = {Distribution::Kind::uniform, 1.0, 3.0};
  spec.kind = {Synapse::exponential, 2, Reset::soft, true};
  Network network = build_network(spec, 5);
  connect_input(network, 3, 0.5, {Distribution::Kind::constant, 1, 0}, 0.5, 5);
  return network;
}

void expect_equal(const Network& a, const Network& b) {
  EXPECT_EQ(network_hash(a), network_hash(b));
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.step_ms, b.step_ms);
  EXPECT_EQ(a.original_id, b.original_id);
  EXPECT_EQ(a.neurons.tau_m_ms, b.neurons.tau_m_ms);
  for (const auto member : {&Network::recurrent, &Network::input}) {
    const Csr &x = a.*member, &y = b.*member;
    EXPECT_EQ(x.rows, y.rows);
    EXPECT_EQ(x.cols, y.cols);
    EXPECT_EQ(x.offsets, y.offsets);
    EXPECT_EQ(x.targets, y.targets);
    EXPECT_EQ(x.weights, y.weights);
    EXPECT_EQ(x.delays, y.delays);
    EXPECT_EQ(x.uniform_delay, y.uniform_delay);
    EXPECT_EQ(x.original_id, y.original_id);
  }
  ASSERT_EQ(a.populations.size(), b.populations.size());
  for (std::size_t p = 0; p < a.populations.size(); ++p) {
    EXPECT_EQ(a.populations[p].name, b.populations[p].name);
    EXPECT_EQ(a.populations[p].inhibitory, b.populations[p].inhibitory);
  }
}

TEST(NetworkFile, ReadsBackTheSameNetwork) {
  TemporaryFolder folder;
  const std::string path = folder.file("network.npz");
  Network network = small_network(40);
  save_network(path, network);
  expect_equal(load_network(path), network);

  std::vector<std::uint8_t> keep(network.recurrent.synapses());
  for (std::size_t k = 0; k < keep.size(); ++k) keep[k] = k % 3 != 0;
  keep_synapses(network, keep);
  std::vector<std::uint8_t> neurons(network.size(), 1);
  neurons[3] = neurons[17] = 0;
  keep_neurons(network, neurons);
  save_network(path, network);
  expect_equal(load_network(path), network);

  std::fill(keep.begin(), keep.end(), std::uint8_t{0});
  keep.resize(network.recurrent.synapses());
  keep_synapses(network, keep);
  save_network(path, network);
  expect_equal(load_network(path), network);
}

TEST(NetworkFile, KeepsClusters) {
  TemporaryFolder folder;
  const std::string path = folder.file("network.npz");
  Network network = small_network(40);
  for (std::uint32_t i = 0; i < 40; ++i) network.cluster.push_back(i % 3);
  save_network(path, network);
  EXPECT_EQ(load_network(path).cluster, network.cluster);
  network.cluster.pop_back();
  save_network(path, network);
  EXPECT_THROW(load_network(path), InputError);
}

TEST(NetworkFile, SizesComeFromTheHeaders) {
  TemporaryFolder folder;
  const Network network = small_network(40);
  save_network(folder.file("n.npz"), network);
  const NetworkFileSizes sizes = network_file_sizes(folder.file("n.npz"));
  EXPECT_EQ(sizes.neurons, network.size());
  EXPECT_EQ(sizes.synapses, network.recurrent.synapses());
  EXPECT_EQ(sizes.channels, 3u);
  EXPECT_EQ(sizes.input_synapses, network.input.synapses());
  EXPECT_FALSE(sizes.uniform_delay);
}

TEST(NetworkFile, SciPyOpensItAsTheSameMatrix) {
  if (!test::have_scipy()) GTEST_SKIP() << "needs /usr/bin/python3 with SciPy";
  TemporaryFolder folder;
  const std::string path = folder.file("network.npz");
  const Network network = small_network(40);
  save_network(path, network);
  const std::string script =
      "import sys, numpy as np, scipy.sparse as s\n"
      "m = s.load_npz(sys.argv[1]); z = np.load(sys.argv[1])\n"
      "assert m.format == 'csr' and m.dtype == np.float32 and m.has_canonical_format\n"
      "assert m.indices.dtype == np.int32 and m.indptr.dtype == np.int32\n"
      "assert len(z['delay_steps']) == m.nnz and len(z['tau_m_ms']) == m.shape[0]\n"
      "print(*m.shape, m.nnz)\n"
      "c = m.tocoo()\n"
      "for k in range(m.nnz): print(c.row[k], c.col[k], float(c.data[k]).hex(), z['delay_steps'][k])\n";
  write_raw(folder.file("read.py"), script);
  ASSERT_EQ(
      std::system(("/usr/bin/python3 " + folder.file("read.py") + " " + path + " > " + folder.file("out")).c_str()), 0);
  std::istringstream out(read_file(folder.file("out")));
  std::uint64_t rows = 0, cols = 0, synapses = 0;
  out >> rows >> cols >> synapses;
  const Csr& csr = network.recurrent;
  ASSERT_EQ(rows, csr.rows);
  ASSERT_EQ(cols, csr.cols);
  ASSERT_EQ(synapses, csr.synapses());
  for (std::uint32_t i = 0; i < csr.rows; ++i) {
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      std::uint64_t row = 0, col = 0, delay = 0;
      std::string weight;
      out >> row >> col >> weight >> delay;
      ASSERT_EQ(row, i);
      ASSERT_EQ(col, csr.targets[k]);
      ASSERT_EQ(static_cast<float>(std::strtod(weight.c_str(), nullptr)), csr.weights[k]);
      ASSERT_EQ(delay, csr.delay(k));
    }
  }
}

TEST(NetworkFile, CutAnywhereItIsRefused) {
  TemporaryFolder folder;
  const std::string path = folder.file("n.npz"), cut = folder.file("cut.npz");
  save_network(path, small_network(4));
  const std::string bytes = read_file(path);
  for (std::size_t size = 0; size < bytes.size(); size += size < 300 ? 1 : 23) {
    write_raw(cut, bytes.substr(0, size));
    EXPECT_THROW(load_network(cut), InputError) << size;
  }
}

TEST(NetworkFile, AFlippedBitIsRefusedOrHarmless) {
  TemporaryFolder folder;
  const std::string path = folder.file("n.npz"), flipped = folder.file("flipped.npz");
  Network network = small_network(4);
  keep_synapses(network, std::vector<std::uint8_t>(network.recurrent.synapses(), 1));
  save_network(path, network);
  const std::string bytes = read_file(path);
  const std::size_t directory = bytes.find("PK\x01\x02");  // every byte of it; elsewhere each 11th
  std::size_t refused = 0, tried = 0;
  for (std::size_t at = 0; at < bytes.size(); at += at < directory ? 11 : 1) {
    ++tried;
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ (1 << (at * 5 % 8)));
    write_raw(flipped, changed);
    try {
      EXPECT_EQ(network_hash(load_network(flipped)), network_hash(network)) << at;
    } catch (const InputError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, tried / 2);
}

TEST(NetworkFile, InvalidNetworksAreRefusedWithTheirFault) {
  TemporaryFolder folder;
  const std::string path = folder.file("n.npz");
  struct Case {
    std::function<void(Network&)> spoil;
    std::string expected;
  };
  const Case cases[] = {
      {[](Network& n) { n.recurrent.targets[0] = 4000; }, "target"},
      {[](Network& n) { n.recurrent.weights[1] = std::nanf(""); }, "weight"},
      {[](Network& n) { n.neurons.tau_m_ms[2] = -1; }, "tau_m_ms[2]"},
      {[](Network& n) { n.recurrent.delays[0] = 0; }, "delay"},
      {[](Network& n) { n.recurrent.offsets[3] = 1u << 30; }, "offsets"},
      {[](Network& n) { n.neurons.v_th[0] = n.neurons.v_reset[0]; }, "v_"},
      {[](Network& n) { n.original_id.pop_back(); }, "original_id"},
      {[](Network& n) { n.populations[0].count += 1; }, "population"},
  };
  for (const Case& c : cases) {
    Network network = small_network(20);
    c.spoil(network);
    save_network(path, network);
    try {
      load_network(path);
      ADD_FAILURE() << "accepted: " << c.expected;
    } catch (const InputError& error) {
      EXPECT_EQ(error.where(), path);
      EXPECT_NE(std::string(error.what()).find(c.expected), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace sprig
