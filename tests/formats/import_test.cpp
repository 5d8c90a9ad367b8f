// Networks that other programs wrote: SciPy's matrices in every form, edge lists, lists of neurons, and what keys say.
#include "sprig/formats/network_import.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <tuple>

#include "sprig/core/error.hpp"
#include "sprig/formats/network_export.hpp"
#include "sprig/formats/npz.hpp"
#include "tests/support/data.hpp"
#include "tests/support/python.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig {
namespace {

using test::TemporaryFolder;
using test::write_raw;

using Synapses = std::vector<std::tuple<std::uint32_t, std::uint32_t, float, int>>;  // source, target, weight, steps

Synapses synapses_of(const Network& network) {
  Synapses list;
  const Csr& csr = network.recurrent;
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k)
      list.emplace_back(i, csr.targets[k], csr.weights[k], csr.delay(k));
  return list;
}

class Import : public ::testing::Test {
 protected:
  ImportRequest request(const std::string& name) const {
    ImportRequest request;
    request.path = folder_.file(name);
    return request;
  }
  std::string write(const std::string& name, const std::string& text) {
    write_raw(folder_.file(name), text);
    return folder_.file(name);
  }
  Network edges(const std::string& text) {
    write("e.csv", text);
    return import_network(request("e.csv"), 1).network;
  }
  // The error's text with the folder left out.
  std::string refusal(const ImportRequest& request) const {
    try {
      import_network(request, 1);
    } catch (const Error& error) {
      std::string what = error.what();
      EXPECT_EQ(what.find('\n'), std::string::npos);
      EXPECT_NE(what.find(folder_.path()), std::string::npos) << "names no file: " << what;
      for (std::size_t at; (at = what.find(folder_.path() + "/")) != std::string::npos;)
        what.erase(at, folder_.path().size() + 1);
      return what;
    }
    return "(accepted)";
  }
  std::string refusal(const std::string& text) {
    write("e.csv", text);
    return refusal(request("e.csv"));
  }
  bool python(const std::string& code) {
    write("make.py", "import sys, os, numpy as np, scipy.sparse as s\nos.chdir(sys.argv[1])\n" + code);
    return std::system(("/usr/bin/python3 " + folder_.file("make.py") + " " + folder_.path()).c_str()) == 0;
  }
  TemporaryFolder folder_;
};

TEST_F(Import, EveryFormOfAMatrixIsTheSameNetwork) {
  if (!test::have_scipy()) GTEST_SKIP() << "needs /usr/bin/python3 with SciPy";
  ASSERT_TRUE(python(R"(
rng = np.random.default_rng(3)
W = s.random(30, 30, 0.2, random_state=rng, format='coo', data_rvs=lambda n: rng.normal(size=n))
for form in ('csr', 'csc', 'coo', 'bsr'):
    s.save_npz(form + '-deflated.npz', W.asformat(form))
    s.save_npz(form + '-stored.npz', W.asformat(form), compressed=False)
s.save_npz('blocks.npz', s.bsr_matrix(W.tocsr(), blocksize=(5, 3)))
s.save_npz('transposed.npz', W.T.tocsr())
big = W.tocsr(); big.indices = big.indices.astype('i8'); big.indptr = big.indptr.astype('i8')
np.savez('wide.npz', data=big.data, indices=big.indices, indptr=big.indptr, shape=big.shape, format=b'csr')
D = W.toarray()
np.save('dense.npy', D); np.save('fortran.npy', np.asfortranarray(D)); np.save('big.npy', D.astype('>f8'))
np.savez('dense.npz', D); np.savez_compressed('dense-deflated.npz', weights=D)
c = W.tocsr().tocoo()
np.savez('edges.npz', source=c.row, target=c.col, weight=c.data)
for name, sep in (('comma.csv', ','), ('tab.csv', '\t'), ('semicolon.csv', ';')):
    with open(name, 'w') as f:
        f.write(sep.join(('source', 'target', 'weight')) + '\n')
        for k in rng.permutation(c.nnz): f.write(sep.join((str(c.row[k]), str(c.col[k]), repr(float(c.data[k])))) + '\n')
with open('truth.txt', 'w') as f:
    for k in range(c.nnz): f.write('%d %d %r\n' % (c.row[k], c.col[k], float(c.data[k])))
)"));
  Synapses truth;
  std::ifstream in(folder_.file("truth.txt"));
  std::uint32_t source = 0, target = 0;
  for (double weight = 0; in >> source >> target >> weight;)
    truth.emplace_back(source, target, static_cast<float>(weight), 10);
  ASSERT_EQ(truth.size(), 180u);
  for (const char* name :
       {"csr-deflated.npz", "csr-stored.npz", "csc-deflated.npz", "csc-stored.npz", "coo-deflated.npz",
        "coo-stored.npz", "bsr-deflated.npz", "bsr-stored.npz", "blocks.npz", "wide.npz", "dense.npy", "fortran.npy",
        "big.npy", "dense.npz", "dense-deflated.npz", "edges.npz", "comma.csv", "tab.csv", "semicolon.csv"}) {
    EXPECT_EQ(synapses_of(import_network(request(name), 1).network), truth) << name;
    const NetworkFileSizes sizes = import_sizes(request(name));
    EXPECT_EQ(sizes.neurons, 30u) << name;
    EXPECT_FALSE(sizes.has_delays) << name;
    const bool dense = std::string(name).find(".npy") != std::string::npos || std::string(name).starts_with("dense");
    EXPECT_EQ(sizes.synapses, std::string(name) == "blocks.npz" ? sizes.synapses : dense ? 900u : 180u) << name;
  }
  ImportRequest turned = request("transposed.npz");
  turned.options.orientation = Orientation::target_source;
  EXPECT_EQ(synapses_of(import_network(turned, 1).network), truth);
}

TEST_F(Import, WhatAMatrixLacksIsDrawnAsABuiltNetworkDrawsIt) {
  NetworkSpec spec;
  spec.neurons = 60;
  spec.delay_ms = {Distribution::Kind::uniform, 1.0, 3.0};
  const Network built = build_network(spec, 7);
  export_network(folder_.file("w.npz"), built, NetworkFormat::scipy);
  ImportRequest from = request("w.npz");
  from.spec = spec;
  const Network again = import_network(from, 7).network;

  EXPECT_EQ(network_hash(again), network_hash(built));
}

TEST_F(Import, NamesAreNumberedInTheOrderTheyAppear) {
  const Network network = edges("pre\tpost\tsynapses\nb\ta\t2\na\tc\t3\nb\tc\t1\n");

  EXPECT_EQ(network.names, (std::vector<std::string>{"b", "a", "c"}));
  EXPECT_EQ(synapses_of(network), (Synapses{{0, 1, 2, 10}, {0, 2, 1, 10}, {1, 2, 3, 10}}));
}

TEST_F(Import, DelaysReceptorsAndTypesOfAnEdgeList) {
  write("e.csv",
        "source,target,weight,delay_ms,receptor,type\n0,1,2,0.5,exc,chemical\n1,0,3,1.24,inh,chemical\n"
        "1,2,9,1,exc,electrical\n");
  ImportRequest from = request("e.csv");
  from.options.edge_types = {"chemical"};
  const ImportedNetwork imported = import_network(from, 1);

  EXPECT_EQ(synapses_of(imported.network), (Synapses{{0, 1, 2, 5}, {1, 0, -3, 12}}));
  EXPECT_EQ(imported.network.size(), 3u) << "neurons do not depend on which types count";
  const std::string notes = imported.notes.at(0) + "|" + imported.notes.at(2);
  EXPECT_NE(notes.find("1 edges of other types"), std::string::npos) << notes;
  EXPECT_NE(notes.find("rounded to steps of 0.1 ms, by 0.04 ms at most"), std::string::npos) << notes;
  from.options.edge_types.clear();
  EXPECT_NE(refusal(from).find("several types (chemical, electrical); network.edge_types"), std::string::npos);

  from.options.edge_types = {"chemical"};
  write("e.csv", "source,target,weight,receptor,type\n0,1,9,exc,electrical\n0,1,2,exc,chemical\n1,0,-3,exc,chemical\n");
  EXPECT_EQ(refusal(from), "e.csv: line 4: weight -3 on the receptor exc") << "lines of the file, not edges that count";
}

TEST_F(Import, ReceptorsAndTypesOfAnEdgeListOfArrays) {
  const std::vector<std::uint32_t> source{0, 1, 1, 3}, target{1, 0, 2, 1};
  const std::vector<double> weight{2, 3, 9, 4}, signed_weight{2, 3, 9, -4};
  const NpyTexts receptor("receptor", {"exc", "inh", "exc", "auto"}), exc("receptor", {"exc", "auto", "exc", "exc"}),
      gaba("receptor", {"exc", "gaba", "exc", "exc"}), type("type", {"chemical", "chemical", "electrical", "chemical"});
  const std::vector<NpyArray> ends{npy_vector("source", source), npy_vector("target", target)};
  const auto edges = [&](std::vector<NpyArray> more) {
    more.insert(more.begin(), ends.begin(), ends.end());
    write_npz(folder_.file("e.npz"), more);
  };
  edges({npy_vector("weight", weight), receptor.array(), type.array()});
  ImportRequest from = request("e.npz");
  EXPECT_EQ(refusal(from),
            "e.npz: has edges of several types (chemical, electrical); network.edge_types says which are synapses");
  from.options.edge_types = {"chemical"};
  const ImportedNetwork imported = import_network(from, 1);

  EXPECT_EQ(synapses_of(imported.network), (Synapses{{0, 1, 2, 10}, {1, 0, -3, 10}, {3, 1, 4, 10}}));
  EXPECT_EQ(imported.network.size(), 4u);
  EXPECT_NE(imported.notes.at(0).find("1 edges of other types"), std::string::npos) << imported.notes.at(0);
  edges({npy_vector("weight", signed_weight), exc.array(), type.array()});
  EXPECT_EQ(refusal(from), "e.npz: receptor[3]: weight -4 on the receptor exc");
  edges({npy_vector("weight", weight), gaba.array(), type.array()});
  EXPECT_EQ(refusal(from), "e.npz: receptor[1]: found \"gaba\"; allowed: \"auto\", \"exc\" or \"inh\"");
  edges({receptor.array(), type.array()});
  EXPECT_EQ(refusal(from), "e.npz: has receptors and no weights; give it weights");
  edges({npy_vector("weight", weight), npy_vector("type", source)});
  EXPECT_EQ(refusal(from), "e.npz: type holds numbers; allowed: text");
}

TEST_F(Import, DelaysGoWithTheEdgesThatAreLeftOut) {
  const std::vector<std::uint32_t> source{0, 1, 1}, target{1, 0, 2};
  const std::vector<double> weight{2, 9, 4}, delay_ms{0.5, 1, 0.7};
  const std::vector<std::uint16_t> delay_steps{5, 10, 7};
  const NpyTexts type("type", {"chemical", "electrical", "chemical"});
  for (const bool in_steps : {false, true}) {
    write_npz(folder_.file("e.npz"),
              {npy_vector("source", source), npy_vector("target", target), npy_vector("weight", weight), type.array(),
               in_steps ? npy_vector("delay_steps", delay_steps) : npy_vector("delay_ms", delay_ms)});
    ImportRequest from = request("e.npz");
    from.spec.step_ms = 0.1;
    from.given = {"network.step_ms"};
    from.options.edge_types = {"chemical"};
    EXPECT_EQ(synapses_of(import_network(from, 1).network), (Synapses{{0, 1, 2, 5}, {1, 2, 4, 7}})) << in_steps;
  }
}

TEST_F(Import, StepsOfDelaysAreWholeAndOfTheFilesOwnStep) {
  const std::vector<std::uint32_t> source{0, 1}, target{1, 0};
  const std::vector<double> weight{2, 3}, halves{1, 2.5}, whole{1, 4};
  const double step_ms = 0.5;
  const auto file_with = [&](const std::vector<double>& steps) {
    write_npz(folder_.file("e.npz"),
              {npy_vector("source", source), npy_vector("target", target), npy_vector("weight", weight),
               npy_vector("delay_steps", steps), npy_scalar("step_ms", step_ms)});
  };
  file_with(halves);
  EXPECT_EQ(refusal(request("e.npz")), "e.npz: delay_steps[1] = 2.5; allowed: 1 to 32767");
  file_with(whole);
  const Network network = import_network(request("e.npz"), 1).network;
  EXPECT_EQ(network.step_ms, 0.5);
  EXPECT_EQ(synapses_of(network), (Synapses{{0, 1, 2, 1}, {1, 0, 3, 4}}));
}

TEST_F(Import, EdgesOfOtherTypesNeedNoListedNeurons) {
  const NpyTexts source("source", {"a", "b", "b"}), target("target", {"b", "muscle", "a"}),
      type("type", {"chemical", "junction", "chemical"});
  const std::vector<double> weight{1, 2, 3};
  write_npz(folder_.file("e.npz"), {source.array(), target.array(), npy_vector("weight", weight), type.array()});
  write("n.csv", "name\na\nb\n");
  ImportRequest from = request("e.npz");
  from.options.nodes = folder_.file("n.csv");
  from.options.edge_types = {"chemical"};
  EXPECT_EQ(synapses_of(import_network(from, 1).network), (Synapses{{0, 1, 1, 10}, {1, 0, 3, 10}}));
}

TEST_F(Import, StepsOfDelaysAreOfTheGivenStep) {
  const std::vector<std::uint32_t> ends{0, 1};
  const std::vector<double> weight{1, 2};
  const std::vector<std::uint16_t> steps{3, 3};
  write_npz(folder_.file("e.npz"), {npy_vector("source", ends), npy_vector("target", ends),
                                    npy_vector("weight", weight), npy_vector("delay_steps", steps)});
  ImportRequest from = request("e.npz");
  from.spec.step_ms = 0.5;
  from.spec.delay_ms = {Distribution::Kind::constant, 1.5, 0};
  from.given = {"network.step_ms", "network.delay_ms"};
  EXPECT_EQ(refusal(from), "(accepted)");
  from.spec.delay_ms.a = 2;
  EXPECT_EQ(refusal(from), "network.file: e.npz: network.delay_ms = 2, and its delays in ms are 1.5");
}

TEST_F(Import, NamesOfNeuronsDiffer) {
  const std::vector<std::uint32_t> ends{0, 1};
  const std::vector<double> weight{1, 2};
  for (const auto& [second, expected] :
       {std::pair{"a", "found \"a\", the name of neuron 0; allowed: a name of its own"},
        std::pair{"", "found an empty name; allowed: a name of its own"}}) {
    const NpyTexts names("neuron_name", {"a", second});
    write_npz(folder_.file("e.npz"),
              {npy_vector("source", ends), npy_vector("target", ends), npy_vector("weight", weight), names.array()});
    EXPECT_EQ(refusal(request("e.npz")), std::string("e.npz: network.names[1]: ") + expected);
  }
}

TEST_F(Import, AListOfNeuronsGivesSignsPopulationsAndParameters) {
  write("e.csv", "pre,post,weight\nx,y,1\ny,z,2\nz,x,3\nz,muscle,4\n");
  write("n.csv",
        "name,sign,population,tau_m_ms,comment\nw,exc,E,10,a\ny,-1,I,20,b\nx,excitatory,E,30,c\nz,inh,I,40,d\n");
  ImportRequest from = request("e.csv");
  from.options.nodes = folder_.file("n.csv");
  EXPECT_NE(refusal(from).find("e.csv:5:3: post: \"muscle\" is not in network.nodes"), std::string::npos)
      << refusal(from);
  from.options.unlisted = Unlisted::leave_out;
  const Network network = import_network(from, 1).network;

  EXPECT_EQ(network.names, (std::vector<std::string>{"w", "x", "y", "z"})) << "by population";
  EXPECT_EQ(network.original_id, (std::vector<std::uint32_t>{0, 2, 1, 3})) << "rows of the list";
  EXPECT_EQ(network.neurons.tau_m_ms, (std::vector<double>{10, 30, 20, 40}));
  EXPECT_EQ(synapses_of(network), (Synapses{{1, 2, 1, 10}, {2, 3, -2, 10}, {3, 1, -3, 10}}));
  ASSERT_EQ(network.populations.size(), 2u);
  EXPECT_EQ(network.populations[1].name, "I");
  EXPECT_TRUE(network.populations[1].inhibitory);
}

// Two rows: indices 0 and 1.
TEST_F(Import, IndicesAreOfTheRowsOfTheList) {
  write("n.csv", "sign\nexc\ninh\n");
  write("e.csv", "source,target,weight\n0,1,1\n1,0,1\n");
  ImportRequest from = request("e.csv");
  from.options.nodes = folder_.file("n.csv");
  EXPECT_EQ(import_network(from, 1).network.size(), 2u);
  write("e.csv", "source,target,weight\n0,1,1\n1,2,1\n");
  EXPECT_EQ(refusal(from), "e.csv:3:3: target: found index 2; allowed: below 2, the rows of network.nodes");
  from.options.unlisted = Unlisted::leave_out;
  EXPECT_EQ(import_network(from, 1).network.recurrent.synapses(), 1u);
}

TEST_F(Import, ArraysBesideAMatrixAreTheNetworks) {
  const std::vector<double> data{1, -2}, tau{10, 30};
  const std::vector<std::int32_t> indices{1, 0}, indptr{0, 1, 2};
  const std::vector<std::int64_t> shape{2, 2};
  const std::vector<std::uint16_t> steps{3, 4};
  const double threshold = 2, step = 0.5;
  write_npz(folder_.file("w.npz"), {npy_vector("data", data),
                                    npy_vector("indices", indices),
                                    npy_vector("indptr", indptr),
                                    npy_vector("shape", shape),
                                    {"format", "|S3", {}, "csr", 3},
                                    npy_vector("tau_m_ms", tau),
                                    npy_vector("delay_steps", steps),
                                    npy_scalar("v_th", threshold),
                                    npy_scalar("step_ms", step),
                                    {"orientation", "|S13", {}, "target_source", 13}});
  ImportRequest from = request("w.npz");
  const Network network = import_network(from, 1).network;

  EXPECT_EQ(synapses_of(network), (Synapses{{0, 1, -2, 4}, {1, 0, 1, 3}}));
  EXPECT_EQ(network.neurons.tau_m_ms, tau);
  EXPECT_EQ(network.neurons.v_th, (std::vector<double>{2, 2}));
  EXPECT_EQ(network.step_ms, 0.5);
  // Keys that agree are taken, all that do not are named at once.
  from.spec.neuron.v_th = 2;
  from.spec.step_ms = 0.5;
  from.given = {"neuron.v_th", "network.step_ms"};
  EXPECT_EQ(refusal(from), "(accepted)");
  from.spec.neuron.v_th = 3;
  from.spec.step_ms = 0.1;
  from.spec.delay_ms = {Distribution::Kind::constant, 9, 0};
  from.spec.tau_m_ms = {{Distribution::Kind::constant, 10, 0}};
  from.given.insert({"network.delay_ms", "neuron.tau_m_ms", "network.orientation"});
  EXPECT_EQ(refusal(from),
            "network.file: w.npz: network.delay_ms = 9, and its delays in ms are 1.5 to 2; network.orientation = "
            "\"source_target\", and it says \"target_source\"; network.step_ms = 0.1, and its step_ms is 0.5; "
            "neuron.tau_m_ms = 10, and its tau_m_ms is 10 to 30; neuron.v_th = 3, and its v_th is 2");
}

TEST_F(Import, ValuesOfNeuronsComeFromAnArray) {
  write("e.csv", "source,target,weight\n0,1,1\n1,2,1\n");
  const std::vector<double> tau{10, 20, 30}, two{1, 2}, bad{1, 2, -3};
  write_npy(folder_.file("tau.npy"), npy_vector("", tau));
  write_npy(folder_.file("two.npy"), npy_vector("", two));
  write_npy(folder_.file("bad.npy"), npy_vector("", bad));
  ImportRequest from = request("e.csv");
  from.neuron_files = {{"tau_m_ms", folder_.file("tau.npy")}};
  from.given = {"neuron.tau_m_ms"};
  EXPECT_EQ(import_network(from, 1).network.neurons.tau_m_ms, tau);
  from.neuron_files = {{"tau_m_ms", folder_.file("two.npy")}};
  EXPECT_EQ(refusal(from), "two.npy: has 2 values in 1 dimensions; allowed: one a neuron, 3 in one");
  from.neuron_files = {{"tau_m_ms", folder_.file("bad.npy")}};
  EXPECT_EQ(refusal(from), "bad.npy: value 2 is -3; allowed: a finite number > 0");
}

TEST_F(Import, StartsFromAnArrayAreInTheUnitsOfTheirKey) {
  write("e.csv", "source,target,weight\n0,1,1\n1,2,1\n");
  const std::vector<double> start{0, 0.5, 1}, rest{-70, -60, -80};
  write_npy(folder_.file("start.npy"), npy_vector("", start));
  write_npy(folder_.file("rest.npy"), npy_vector("", rest));
  ImportRequest from = request("e.csv");
  from.spec.neuron.e_l = -70;
  from.spec.neuron.v_th = -50;
  from.spec.neuron.v_reset = -70;
  from.neuron_files = {{"v_initial", folder_.file("start.npy")}};
  from.given = {"neuron.v_initial"};
  EXPECT_EQ(import_network(from, 1).network.neurons.v_initial, (std::vector<double>{-70, -60, -50}));
  from.neuron_files["e_l"] = folder_.file("rest.npy");
  EXPECT_EQ(import_network(from, 1).network.neurons.v_initial, (std::vector<double>{-70, -55, -50}));
}

TEST_F(Import, EveryMistakeOfAnEdgeListHasItsPlace) {
  const std::string head = "source,target,weight,delay_ms\n";
  const std::pair<std::string, std::string> cases[] = {
      {"", "e.csv: is empty"},
      {head, "e.csv: has a header and no edge"},
      {"a,b,c\n1,2,3\n",
       "e.csv:1: has no column source and target; there are: a, b, c; the first row must name source (pre, from), "
       "target (post, to)[, weight (synapses)][, delay_ms][, receptor][, type]"},
      {"0,1,0.5\n",
       "e.csv:1: has no column source and target; there are: 0, 1, 0.5; the first row must name source "
       "(pre, from), target (post, to)[, weight (synapses)][, delay_ms][, receptor][, type]"},
      {"source,pre,target\n", "e.csv:1: the columns \"source\" and \"pre\" mean the same; allowed: one of them"},
      {"source,target,delay\n0,1,2\n", "e.csv:1: the column delay has no unit; allowed: delay_ms, in ms"},
      {head + "0,1,1,1\n0,1,nan,1\n", "e.csv:3:5: weight: found \"nan\"; allowed: a finite number"},
      {head + "0,1,inf,1\n", "e.csv:2:5: weight: found \"inf\"; allowed: a finite number"},
      {head + "0,1,1e999,1\n", "e.csv:2:5: weight: found \"1e999\"; allowed: a finite number"},
      {head + "0,1,1,-2\n", "e.csv:2:7: delay_ms: found -2; allowed: above 0 ms"},
      {head + "0,1,1,0\n", "e.csv:2:7: delay_ms: found 0; allowed: above 0 ms"},
      {head + "0,1,1,1\n1,0,1,1e7\n",
       "e.csv: synapses.delay_ms[1]: found 1e+07; allowed: above 0, to 32767 steps of 0.1 ms"},
      {head + "0,1,1\n", "e.csv:2:1: 3 fields, must be 4 as in the first row"},
      {head + "0,1,1e39,1\n", "e.csv: synapses.weight[0]: found 1e+39; allowed: a finite number of single precision"},
      {head + "0,x,1,1\n",
       "e.csv:2:3: target: found \"x\" for an id, and the number 0 in row 2; allowed: whole numbers from 0, or "
       "network.ids = \"name\""},
      {head + "x,y,1,1\nx,7,1,1\n",
       "e.csv:3:3: target: found the number 7 for an id, and the name \"x\" in row 2; allowed: one kind, or "
       "network.ids = \"name\""},
      {head + "0,-1,1,1\n",
       "e.csv:2:3: target: found \"-1\" for an id, and the number 0 in row 2; allowed: whole numbers from 0, or "
       "network.ids = \"name\""},
      {head + "0,99999999999999999999,1,1\n",
       "e.csv:2:3: target: found index 99999999999999999999; allowed: below 2147483647, or network.ids = \"name\""},
      {head + "0,2000000000,1,1\n",
       "e.csv: has 47 bytes and claims 2000000001 neurons; network.neurons confirms that many, and network.ids = "
       "\"name\" numbers ids anew"},
      {head + ",1,1,1\n", "e.csv:2:1: source: an id that is empty"},
      {std::string("source,target\n0,\0001\n", 19), "e.csv:2:3: byte 0 is not text; a CSV file is needed"},
      {std::string(20000, ','), "e.csv:1:10001: more than 10000 fields in a row"},
      {"source,target,receptor,weight\n0,1,gaba,1\n",
       "e.csv:2:5: receptor: found \"gaba\"; allowed: \"auto\", \"exc\" or \"inh\""},
      {"source,target,receptor,weight\n0,1,exc,1\n1,0,exc,-1\n", "e.csv: line 3: weight -1 on the receptor exc"},
      {"source,target,receptor,weight\n0,1,exc,1\n1,0,inh,-1\n1,1,inh,2\n",
       "e.csv: line 4: weight 2 on the receptor inh"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(refusal(text), expected);
}

TEST_F(Import, WhatIsOfAnotherProgramNamesTheWayThatLeadsThere) {
  EXPECT_EQ(refusal("\x89HDF\r\n\x1a\n"),
            "e.csv: is HDF5 (NIR, SONATA, NWB and others); python -m sprig convert (the Python package) reads it");
  EXPECT_EQ(refusal("%%MatrixMarket matrix coordinate real general\n"),
            "e.csv: is a Matrix Market file; python -m sprig convert (the Python package) reads it");
  EXPECT_EQ(refusal("\x1F\x8B\x08"), "e.csv: is compressed by gzip; unpack it");
}

TEST_F(Import, HostileMatricesAreRefusedByArrayAndPlace) {
  if (!test::have_scipy()) GTEST_SKIP() << "needs /usr/bin/python3 with SciPy";
  ASSERT_TRUE(python(R"(
good = dict(data=np.ones(2), indices=np.array([1, 0]), indptr=np.array([0, 1, 2]), shape=np.array([2, 2]), format=b'csr')
def bad(name, **changed):
    a = {**good, **changed}; np.savez(name + '.npz', **{k: v for k, v in a.items() if v is not None})
bad('nan', data=np.array([1, np.nan])); bad('index', indices=np.array([1, 2])); bad('negative', indices=np.array([1, -1]))
bad('indptr', indptr=np.array([0, 3, 2])); bad('start', indptr=np.array([1, 1, 2])); bad('ends', indptr=np.array([0, 1, 1]))
bad('short', data=np.ones(1)); bad('oblong', shape=np.array([2, 3])); bad('flat', shape=np.array([2]))
bad('huge', shape=np.array([2**40, 2**40])); bad('dia', format=b'dia'); bad('lacks', indices=None, indptr=None)
bad('tau', tau_m_ms=np.array([1.0, 0.0])); bad('taus', tau_m_ms=np.ones(3)); bad('delay', delay_ms=np.array([1, -1.0]))
bad('delays', delay_ms=np.ones(3)); bad('both', delay_ms=1.0, delay_steps=1); bad('long', delay_steps=40000)
bad('nostep', step_ms=np.zeros(0)); bad('steps', step_ms=np.ones(2)); bad('notau', tau_m_ms=np.zeros(0)); bad('nonames', neuron_name=np.zeros(0, 'S1'))
bad('complex', data=np.ones(2, complex)); bad('object', data=np.array([{}, 1], dtype=object)); bad('text', data=np.array(['a', 'b']))
np.savez('coo.npz', data=np.ones(1), row=np.array([0]), col=np.array([0]), shape=np.array([2**31 - 1] * 2), format=b'coo')
np.savez('bsr.npz', data=np.zeros((0, 2**15, 2**15)), indices=np.zeros(0, int), indptr=np.zeros(2**15 + 1, int), shape=np.array([2**30] * 2), format=b'bsr')
np.savez('many.npz', a=np.ones(2), b=np.ones(2)); np.save('cube.npy', np.ones((2, 2, 2))); np.save('oblong.npy', np.ones((2, 3))); np.savez('cubes.npz', W=np.ones((2, 2, 2)))
D = np.zeros((3, 3)); D[1, 2] = np.inf; np.save('inf.npy', D)
)"));
  const std::pair<const char*, const char*> cases[] = {
      {"nan.npz", "nan.npz: data[1] = nan; allowed: a finite number"},
      {"index.npz", "index.npz: indices[1] = 2; allowed: below 2"},
      {"negative.npz", "negative.npz: indices[1] = -1 does not fit; allowed: integers up to 4294967295"},
      {"indptr.npz", "indptr.npz: indptr[1] = 3; allowed: 0 to 2"},
      {"start.npz", "start.npz: indptr[0] = 1; allowed: 0"},
      {"ends.npz", "ends.npz: indptr[2] = 1; allowed: 2, the number of indices"},
      {"short.npz", "short.npz: indices has 2 values, must have 1 as data"},
      {"oblong.npz", "oblong.npz: has shape (2, 3); allowed: a square matrix, as many rows as columns"},
      {"flat.npz", "flat.npz: shape must have two entries, and has 1"},
      {"huge.npz", "huge.npz: has shape (1099511627776, 1099511627776); allowed: 1 to 2147483647 rows and columns"},
      {"dia.npz",
       "dia.npz: has the sparse format \"dia\"; allowed: csr, csc, coo or bsr: scipy.sparse.save_npz(path, "
       "W.tocsr())"},
      {"lacks.npz", "lacks.npz: is a sparse matrix (csr) that lacks indices, indptr"},
      {"tau.npz", "tau.npz: tau_m_ms[1] = 0; allowed: a finite number > 0"},
      {"taus.npz", "taus.npz: tau_m_ms has 3 values, for 2 neurons"},
      {"delay.npz", "delay.npz: delay_ms[1] = -1; allowed: above 0 ms"},
      {"delays.npz", "delays.npz: delay_ms has 3 values, must have 2 as there are synapses"},
      {"both.npz", "both.npz: has both delay_ms and delay_steps; allowed: one of them"},
      {"long.npz", "long.npz: delay_steps[0] = 40000; allowed: 1 to 32767"},
      {"nostep.npz", "nostep.npz: step_ms must be one number above 0"},
      {"steps.npz", "steps.npz: step_ms must be one number above 0"},
      {"notau.npz", "notau.npz: tau_m_ms is empty; allowed: a value a neuron, or a scalar"},
      {"nonames.npz", "nonames.npz: neuron_name is empty; allowed: a name a neuron"},
      {"cubes.npz",
       "cubes.npz: its one array, W, has other than two dimensions; allowed: a matrix with as many rows as columns"},
      {"complex.npz",
       "complex.npz: data has type <c16; allowed are integers, booleans, floats of 2, 4 or 8 bytes, and "
       "text"},
      {"object.npz",
       "object.npz: data has type \"|O\", Python objects (pickled), which can run programs; allowed are "
       "numbers or text"},
      {"text.npz", "text.npz: data has type <U1; allowed are numbers"},
      {"coo.npz",
       "coo.npz: has 1342 bytes and claims 2147483647 neurons; network.neurons confirms that many, and "
       "network.ids = \"name\" numbers ids anew"},
      {"bsr.npz",
       "bsr.npz: has 1472 bytes and claims 1073741824 neurons; network.neurons confirms that many, and "
       "network.ids = \"name\" numbers ids anew"},
      {"many.npz",
       "many.npz: has the arrays a, b; allowed: a network of sprig's, scipy.sparse.save_npz, one matrix, or "
       "source and target of an edge list"},
      {"cube.npy",
       "cube.npy: has an array of other than two dimensions; allowed: a matrix with as many rows as columns"},
      {"oblong.npy", "oblong.npy: has an array of unequal sides; allowed: a matrix with as many rows as columns"},
      {"inf.npy", "inf.npy: row 1, column 2: found inf; allowed: a finite number"},
  };
  for (const auto& [name, expected] : cases) {
    try {  // its sizes are read from headers, or refused: nothing else
      import_sizes(request(name));
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
    }
    std::string found = refusal(request(name));
    for (const char* digits : {"has 1342 bytes", "has 1472 bytes"})  // NumPy's zip headers differ by version
      if (std::string(expected).find(digits) != std::string::npos && found.find(" bytes") != std::string::npos)
        found.replace(found.find("has "), found.find(" bytes") + 6 - found.find("has "), digits);
    EXPECT_EQ(found, expected);
  }
}

TEST_F(Import, AProjectionsEdgesMayBeOblong) {
  const std::vector<double> matrix{0, 1, 0, 2, 0, 3};
  write_npy(folder_.file("w.npy"), npy_vector("", matrix, {2, 3}));
  const EdgeList rows = read_edge_list(folder_.file("w.npy"));
  const EdgeList columns = read_edge_list(folder_.file("w.npy"), Orientation::target_source);

  EXPECT_EQ(rows.source, (std::vector<std::uint32_t>{0, 1, 1}));
  EXPECT_EQ(rows.target, (std::vector<std::uint32_t>{1, 0, 2}));
  EXPECT_EQ(rows.weight, (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(columns.source, rows.target);
  EXPECT_EQ(columns.target, rows.source);
}

TEST_F(Import, DelaysOfAProjectionsEdgesAreInMs) {
  const std::vector<std::uint32_t> source{0, 1}, target{1, 0};
  const std::vector<std::uint16_t> steps{3, 8};
  const double step_ms = 0.25;
  const std::vector<NpyArray> edges{npy_vector("source", source), npy_vector("target", target),
                                    npy_vector("delay_steps", steps)};
  std::vector<NpyArray> with_step = edges;
  with_step.push_back(npy_scalar("step_ms", step_ms));
  write_npz(folder_.file("e.npz"), with_step);
  EXPECT_EQ(read_edge_list(folder_.file("e.npz")).delay_ms, (std::vector<double>{0.75, 2}));
  write_npz(folder_.file("e.npz"), edges);
  EXPECT_THROW(read_edge_list(folder_.file("e.npz")), InputError) << "how long a step is, nobody says";
}

// The wiring of C. elegans (White et al. 1986): names, two types of connection, targets that are no neurons.
TEST_F(Import, TheWiringOfCaenorhabditisElegans) {
  SPRIG_NEEDS_DATA("celegans");
  ImportRequest from;
  from.path = test::data_folder("celegans") + "/white_1986_whole.csv";
  from.options.nodes = SPRIG_SOURCE_DIR "/configs/networks/celegans_neurons.csv";
  from.options.edge_types = {"chemical"};
  from.options.unlisted = Unlisted::leave_out;
  const Network network = import_network(from, 1).network;

  EXPECT_EQ(network.size(), 302u);
  // By awk over the file: chemical rows between listed neurons, and the sum of their synapses.
  std::ifstream file(from.path);
  std::string line, pre, post, type;
  std::getline(file, line);
  std::uint64_t rows = 0;
  double synapses = 0, sum = 0;
  const auto listed = [&](const std::string& name) {
    return std::find(network.names.begin(), network.names.end(), name) != network.names.end();
  };
  for (double count = 0; file >> pre >> post >> type >> count;)
    if (type == "chemical" && listed(pre) && listed(post)) ++rows, synapses += count;
  for (const float weight : network.recurrent.weights) sum += std::abs(weight);
  EXPECT_EQ(network.recurrent.synapses(), rows);
  EXPECT_EQ(sum, synapses);
  EXPECT_GT(rows, 2000u);
  std::uint32_t inhibitory = 0;
  for (std::uint32_t i = 0; i < network.size(); ++i) {
    const std::string& name = network.names[i];
    const std::uint64_t begin = network.recurrent.offsets[i];
    if (begin == network.recurrent.offsets[i + 1] || network.recurrent.weights[begin] > 0) continue;
    ++inhibitory;
    EXPECT_TRUE(name.starts_with("DD") || name.starts_with("VD") || name.starts_with("RME") || name == "AVL" ||
                name == "DVB" || name == "RIS")
        << name;
  }
  EXPECT_EQ(inhibitory, 18u) << "the other 8 have muscles alone for targets";
}

}  // namespace
}  // namespace sprig
