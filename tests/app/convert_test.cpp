// sprig convert, and networks of other programs through whole verbs.
#include <gtest/gtest.h>

#include "sprig/formats/network_file.hpp"
#include "sprig/formats/npz.hpp"
#include "tests/app/program.hpp"
#include "tests/support/data.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig {
namespace {

using test::read_file;
using test::write_raw;

class ConvertVerb : public Program {
 protected:
  bool python(const std::string& code) {
    write_raw(folder("make.py"), "import os, sys, numpy as np, scipy.sparse as s\nos.chdir(sys.argv[1])\n" + code);
    return std::system(("/usr/bin/python3 " + folder("make.py") + " " + folder(".")).c_str()) == 0;
  }
};

TEST_F(ConvertVerb, GoesThroughEveryFormatAndSaysWhatEachLoses) {
  ASSERT_EQ(run({"prune", "--config", "small.toml", "--out", "p", "--set", "network.delay_ms=uniform(1, 5)"}).code, 0);
  const std::string first = read_file(folder("p/network.npz"));
  const Outcome same = run({"convert", "p/network.npz", "copy.npz"});
  ASSERT_EQ(same.code, 0) << same.err;
  EXPECT_EQ(same.out.find("not in it"), std::string::npos) << same.out;
  EXPECT_EQ(read_file(folder("copy.npz")), first);
  const Network network = load_network(folder("copy.npz"));
  for (const auto& [file, to, loses_delays] : {std::tuple{"e.csv", "edges", false},
                                               {"e.npz", "edges", false},
                                               {"s.npz", "scipy", true},
                                               {"d.npy", "dense", true}}) {
    const Outcome out = run({"convert", "p/network.npz", file, "--to", to});
    ASSERT_EQ(out.code, 0) << out.err;
    EXPECT_EQ(out.out.find("not in it: delays") != std::string::npos, loses_delays) << out.out;
    EXPECT_NE(out.out.find("parameters of neurons"), std::string::npos) << out.out;
    const Outcome back = run({"convert", file, "back.npz", "--set", "network.step_ms=1", "--set",
                              "network.neurons=" + std::to_string(network.size())});
    ASSERT_EQ(back.code, 0) << back.err;
    const Network again = load_network(folder("back.npz"));
    EXPECT_EQ(again.recurrent.weights, network.recurrent.weights) << file;
    EXPECT_EQ(again.recurrent.targets, network.recurrent.targets) << file;
    if (!loses_delays) {
      EXPECT_EQ(again.recurrent.delays, network.recurrent.delays) << file;
    }
  }
}

TEST_F(ConvertVerb, DoesNotReplaceWhatItReads) {
  ASSERT_EQ(run({"prune", "--config", "small.toml", "--out", "p", "--quiet"}).code, 0);
  const std::string before = test::read_file(folder("p/network.npz"));
  const Outcome outcome = run({"convert", "p/network.npz", "./p/network.npz", "--to", "scipy"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("is the file that is read as network.file"), std::string::npos) << outcome.err;
  EXPECT_EQ(test::read_file(folder("p/network.npz")), before);
  // Nor any other file that is read with it.
  write_raw(folder("edges.csv"), "source,target,weight\na,b,0.5\n");
  write_raw(folder("nodes.csv"), "name,sign\na,exc\nb,exc\n");
  const Outcome nodes = run({"convert", "edges.csv", "nodes.csv", "--set", "network.nodes=nodes.csv"});
  EXPECT_EQ(nodes.code, 2);
  EXPECT_NE(nodes.err.find("is the file that is read as network.nodes"), std::string::npos) << nodes.err;
  EXPECT_EQ(test::read_file(folder("nodes.csv")), "name,sign\na,exc\nb,exc\n");
}

TEST_F(ConvertVerb, WhatThePythonPackageConvertsIsSaid) {
  ASSERT_EQ(run({"prune", "--config", "small.toml", "--out", "p"}).code, 0);
  const Outcome to = run({"convert", "p/network.npz", "n.nir"});
  EXPECT_EQ(to.code, 2);
  EXPECT_NE(to.err.find("python -m sprig convert"), std::string::npos) << to.err;
  write_raw(folder("m.mtx"), "%%MatrixMarket matrix coordinate real general\n");
  const Outcome from = run({"convert", "m.mtx", "n.npz"});
  EXPECT_EQ(from.code, 4);
  EXPECT_NE(from.err.find("python -m sprig convert"), std::string::npos) << from.err;
  EXPECT_EQ(run({"convert", "p/network.npz", "n.xyz"}).code, 2);
  EXPECT_EQ(run({"convert", "p/network.npz", "n.csv", "--to", "scipy"}).code, 2);
  EXPECT_FALSE(std::filesystem::exists(folder("n.npz")));
}

// A matrix of SciPy's, pruned, in two commands; what is left opens in SciPy again.
TEST_F(ConvertVerb, AMatrixOfSciPysIsPrunedInTwoCommands) {
  if (!test::have_scipy()) GTEST_SKIP() << "needs /usr/bin/python3 with SciPy";
  ASSERT_TRUE(
      python("rng = np.random.default_rng(1)\n"
             "W = s.random(60, 60, 0.1, random_state=rng, data_rvs=lambda n: 0.3 * rng.random(n)).tolil()\n"
             "W[48:] *= -4\ns.save_npz('w.npz', W.tocsr())\n"));
  const std::vector<std::string> keys{"--set", "network.file=w.npz",
                                      "--set", "neuron.i_dc=1.1",
                                      "--set", "network.step_ms=1",
                                      "--set", "lyapunov.exponents=4",
                                      "--set", "lyapunov.duration_ms=200",
                                      "--set", "lyapunov.transient_ms=50",
                                      "--set", "lyapunov.tangent_transient_ms=50"};
  std::vector<std::string> prune{"prune", "--out", "p", "--set", "prune.density=0.5"};
  prune.insert(prune.end(), keys.begin(), keys.end());
  const Outcome pruned = run(prune);
  ASSERT_EQ(pruned.code, 0) << pruned.err;
  EXPECT_NE(pruned.err.find("lacks network.delay_ms"), std::string::npos) << pruned.err;
  ASSERT_EQ(run({"convert", "p/network.npz", "pruned.npz", "--to", "scipy"}).code, 0);
  EXPECT_TRUE(
      python("W = s.load_npz('w.npz'); P = s.load_npz('pruned.npz'); z = np.load('p/network.npz')\n"
             "keep = z['original_id']\n"
             "assert P.nnz < 0.7 * W.nnz and P.shape == (len(keep), len(keep))\n"
             "at = P.tocoo(); old = np.asarray(W.tocsr()[keep[at.row], keep[at.col]]).ravel()\n"
             "assert np.all(old * at.data >= 0) and np.mean(old != 0) > 0.8  # delocalisation adds a few\n"));
}

TEST_F(ConvertVerb, TheWiringOfCaenorhabditisElegansFiresAndIsPruned) {
  SPRIG_NEEDS_DATA("celegans");
  const std::vector<std::string> keys{
      "--config", SPRIG_SOURCE_DIR "/configs/networks/celegans.toml",
      "--set",    "network.file=" + test::data_folder("celegans") + "/white_1986_whole.csv",
      "--set",    "network.nodes=" SPRIG_SOURCE_DIR "/configs/networks/celegans_neurons.csv"};
  std::vector<std::string> simulate{"run", "--out", "r", "--set", "run.duration_ms=500"},
      prune{"prune",
            "--out",
            "p",
            "--set",
            "lyapunov.exponents=4",
            "--set",
            "lyapunov.duration_ms=100",
            "--set",
            "lyapunov.transient_ms=100",
            "--set",
            "lyapunov.tangent_transient_ms=50",
            "--set",
            "prune.rounds=2"};
  simulate.insert(simulate.end(), keys.begin(), keys.end());
  prune.insert(prune.end(), keys.begin(), keys.end());
  const Outcome ran = run(simulate);
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.err.find("LegacyBodyWallMuscles"), std::string::npos) << ran.err;
  EXPECT_GT(result("r")["mean_rate_hz"], 1);
  EXPECT_LT(result("r")["mean_rate_hz"], 100);
  const Outcome pruned = run(prune);
  ASSERT_EQ(pruned.code, 0) << pruned.err;
  const Network left = load_network(folder("p/network.npz"));
  EXPECT_EQ(left.names.size(), left.size());
  EXPECT_LT(left.recurrent.synapses(), 0.6 * result("p")["synapses_before"].get<double>());
}

}  // namespace
}  // namespace sprig
