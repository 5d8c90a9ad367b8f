// Networks written for other programs, and read back.
#include "sprig/formats/network_export.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

#include "sprig/core/error.hpp"
#include "sprig/formats/network_import.hpp"
#include "sprig/network/builders.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig {
namespace {

using test::read_file;
using test::TemporaryFolder;
using test::write_raw;

Network example(std::uint32_t neurons) {
  NetworkSpec spec;
  spec.neurons = neurons;
  spec.topology = Topology::random;
  spec.density = 0.3;
  spec.delay_ms = {Distribution::Kind::uniform, 1.0, 3.0};
  return build_network(spec, 5);
}

struct Written {
  const char* name;
  NetworkFormat format;
};
constexpr Written kFiles[] = {{"n.npz", NetworkFormat::network}, {"s.npz", NetworkFormat::scipy},
                              {"d.npy", NetworkFormat::dense},   {"d.npz", NetworkFormat::dense},
                              {"e.csv", NetworkFormat::edges},   {"e.tsv", NetworkFormat::edges},
                              {"e.npz", NetworkFormat::edges}};

TEST(Export, WhatAFormatKeepsReadsBackToTheSameBits) {
  TemporaryFolder folder;
  const Network network = example(40);
  for (const auto& [name, format] : kFiles) {
    export_network(folder.file(name), network, format);
    ImportRequest request;
    request.path = folder.file(name);
    const Network back = import_network(request, 1).network;
    EXPECT_EQ(back.recurrent.offsets, network.recurrent.offsets) << name;
    EXPECT_EQ(back.recurrent.targets, network.recurrent.targets) << name;
    EXPECT_EQ(back.recurrent.weights, network.recurrent.weights) << name;
    const std::vector<std::string> lost = lost_by(format, network);
    const bool keeps_delays = std::find(lost.begin(), lost.end(), "delays") == lost.end();
    EXPECT_EQ(back.recurrent.delays == network.recurrent.delays, keeps_delays) << name;
    EXPECT_EQ(lost.empty(), network_hash(back) == network_hash(network)) << name;
  }
}

TEST(Export, ADenseMatrixHasTheSumOfParallelSynapses) {
  TemporaryFolder folder;
  Network network = example(4);
  network.recurrent.offsets = {0, 3, 3, 3, 3};
  network.recurrent.targets = {1, 1, 2};
  network.recurrent.weights = {1, 4, 8};
  network.recurrent.delays.clear();
  export_network(folder.file("d.npy"), network, NetworkFormat::dense);
  ImportRequest request;
  request.path = folder.file("d.npy");
  const Network back = import_network(request, 1).network;
  EXPECT_EQ(back.recurrent.targets, (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(back.recurrent.weights, (std::vector<float>{5, 8}));
}

TEST(Export, NeuronsThatAnEdgeListDoesNotKnowAreSaid) {
  Network network = example(4);
  network.recurrent.offsets = {0, 1, 1, 1, 1};
  network.recurrent.targets = {1};
  network.recurrent.weights = {1};
  network.recurrent.delays.clear();
  const auto neurons_lost = [&] {
    const std::vector<std::string> lost = lost_by(NetworkFormat::edges, network);
    return std::any_of(lost.begin(), lost.end(),
                       [](const std::string& what) { return what.starts_with("the last 2 neurons"); });
  };
  EXPECT_TRUE(neurons_lost());
  network.recurrent.targets = {3};
  EXPECT_FALSE(neurons_lost());
}

TEST(Export, NamesThatAreNumbersAreSaid) {
  Network network = example(40);
  const auto said = [&] {
    const std::vector<std::string> lost = lost_by(NetworkFormat::edges, network);
    return std::any_of(lost.begin(), lost.end(), [](const std::string& what) {
      return what.find("network.ids = \"name\" reads them back") != std::string::npos;
    });
  };
  network.names.clear();
  for (std::uint32_t i = 0; i < network.size(); ++i) network.names.push_back(std::to_string(100 + i));
  EXPECT_TRUE(said());
  network.names[7] = "n7";
  EXPECT_FALSE(said());
}

TEST(Export, SciPyReadsTheSameMatrix) {
  if (!test::have_scipy()) GTEST_SKIP() << "needs /usr/bin/python3 with SciPy";
  TemporaryFolder folder;
  const Network network = example(40);
  for (const auto& [name, format] : kFiles) export_network(folder.file(name), network, format);
  write_raw(folder.file("check.py"), R"(
import sys, os, numpy as np, scipy.sparse as s
os.chdir(sys.argv[1])
W = s.load_npz('s.npz'); N = s.load_npz('n.npz')
assert (W != N).nnz == 0 and W.nnz == N.nnz and W.dtype == np.float32
assert np.array_equal(np.load('d.npy'), W.toarray()) and np.array_equal(np.load('d.npz')['weights'], W.toarray())
e = np.load('e.npz')
for name, sep in (('e.csv', ','), ('e.tsv', '\t')):
    t = np.genfromtxt(name, delimiter=sep, names=True)
    assert np.array_equal(t['source'], e['source']) and np.array_equal(t['target'], e['target'])
    assert np.array_equal(t['weight'].astype('f4'), e['weight']) and np.allclose(t['delay_ms'], e['delay_ms'])
assert (s.csr_matrix((e['weight'], (e['source'], e['target'])), W.shape) != W).nnz == 0
assert str(np.load('n.npz')['orientation'], 'ascii') == 'source_target'
)");
  EXPECT_EQ(std::system(("/usr/bin/python3 " + folder.file("check.py") + " " + folder.path()).c_str()), 0);
}

TEST(Export, NamesStayWithTheirNeurons) {
  TemporaryFolder folder;
  Network network = example(5);
  network.names = {"a b", "c;d", "\u00c5", "plain", "x,y"};
  for (const auto& [name, format] : kFiles) {
    if (format == NetworkFormat::scipy || format == NetworkFormat::dense) continue;
    export_network(folder.file(name), network, format);
    ImportRequest request;
    request.path = folder.file(name);
    const Network back = import_network(request, 1).network;
    for (std::uint32_t i = 0; i < back.size(); ++i) {
      const auto at = std::find(network.names.begin(), network.names.end(), back.names[i]) - network.names.begin();
      ASSERT_LT(at, 5) << name;
      EXPECT_EQ(back.recurrent.offsets[i + 1] - back.recurrent.offsets[i],
                network.recurrent.offsets[at + 1] - network.recurrent.offsets[at])
          << name;
    }
  }
  network.names[0] = "a\"b";
  EXPECT_THROW(export_network(folder.file("e.csv"), network, NetworkFormat::edges), ConfigError);
}

TEST(Export, EndingsSayTheFormat) {
  TemporaryFolder folder;
  const Network network = example(5);
  EXPECT_THROW(export_network(folder.file("n.csv"), network, NetworkFormat::network), UsageError);
  EXPECT_THROW(export_network(folder.file("n.npy"), network, NetworkFormat::edges), UsageError);
  EXPECT_EQ(folder.entries(), 0u);
}

// Every format, cut anywhere and with bytes changed: refused in one line that names the file, or a network, soon.
TEST(Export, CutAndDamagedFilesAreRefusedOrRead) {
  TemporaryFolder folder;
  const Network network = example(6);
  const auto begun = std::chrono::steady_clock::now();
  const auto try_reading = [&](const std::string& path, bool must_fail) {
    ImportRequest request;
    request.path = path;
    try {
      import_network(request, 1);
      EXPECT_FALSE(must_fail) << path;
      return false;
    } catch (const Error& error) {
      const std::string what = error.what();
      EXPECT_NE(what.find(path), std::string::npos) << what;
      EXPECT_EQ(what.find('\n'), std::string::npos) << what;
      EXPECT_LT(what.size(), 1000u) << what;
      return true;
    }
  };
  std::vector<std::string> names;
  for (const auto& [name, format] : kFiles) {
    export_network(folder.file(name), network, format);
    names.emplace_back(name);
  }
  write_raw(folder.file("make.py"),
            "import os, sys, numpy as np, scipy.sparse as s\nos.chdir(sys.argv[1])\nW = s.load_npz('s.npz')\n"
            "for form in ('csr', 'csc', 'coo', 'bsr'): s.save_npz(form + '.npz', W.asformat(form))\n"
            "np.savez_compressed('z.npz', W.toarray())\n");
  const bool deflated = test::have_scipy();
  if (deflated) {
    ASSERT_EQ(std::system(("/usr/bin/python3 " + folder.file("make.py") + " " + folder.path()).c_str()), 0);
    names.insert(names.end(), {"csr.npz", "csc.npz", "coo.npz", "bsr.npz", "z.npz"});
  }
  for (const std::string& name : names) {
    const std::string path = folder.file(name), bad = folder.file("bad-" + name);
    const std::string bytes = read_file(path);
    const bool text = path.ends_with("sv");
    const std::size_t stride = std::max<std::size_t>(bytes.size() / 150, 1);
    for (std::size_t size = 0; size < bytes.size(); size += size < 40 ? 1 : stride) {
      write_raw(bad, bytes.substr(0, size));
      try_reading(bad, !text);
    }
    std::size_t refused = 0, tried = 0;
    for (std::size_t at = 0; at < bytes.size(); at += size_t{1} + stride / 2, ++tried) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ (1 << (at * 5 % 8)));
      write_raw(bad, changed);
      refused += try_reading(bad, false) ? 1 : 0;
    }
    EXPECT_GT(refused, tried / 10) << name;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(120));
  if (!deflated && !HasFailure())
    GTEST_SKIP() << "deflated files need /usr/bin/python3 with SciPy; the others were read";
}

}  // namespace
}  // namespace sprig
