// Currents, rates and spikes from files of each kind, and files that are not what they should be.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "sprig/formats/npz.hpp"
#include "tests/instruments/stimulus_support.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig::test {
namespace {

class StimulusFiles : public ::testing::Test {
 protected:
  void text(const std::string& name, const std::string& content) {
    std::ofstream(folder_.file(name), std::ios::binary) << content;
  }
  std::string path(const std::string& name) const { return folder_.file(name); }

  StimulusSpec read(StimulusKind kind, const std::string& name, double step_ms = 0) {
    std::vector<StimulusSpec> specs{stimulus(kind)};
    specs[0].file = name;
    read_stimulus_files(specs, folder_.path(), step_ms);
    return specs[0];
  }
  // The refusal without the folder.
  std::string refusal(StimulusKind kind, const std::string& name, double step_ms = 0) {
    try {
      read(kind, name, step_ms);
    } catch (const InputError& error) {
      std::string what = error.what();
      const std::size_t at = what.find(path(""));
      return at == std::string::npos ? what : what.erase(at, path("").size());
    }
    return "no error";
  }
  // An .npy of structures, as a run streams spikes.
  std::string records(const std::string& descr, const std::string& shape, const std::string& rows) {
    std::string header = "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }";
    header.resize(118, ' ');
    header.back() = '\n';
    return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header + rows;
  }
  static std::string row(std::uint32_t step, std::uint32_t neuron) {
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &step, 4);
    std::memcpy(bytes.data() + 4, &neuron, 4);
    return bytes;
  }

  TemporaryFolder folder_;
};

TEST_F(StimulusFiles, CurrentsAndRatesComeFromNpyAndCsv) {
  const std::vector<double> column{1, 2.5, -3};
  const std::vector<float> rows{1, 2, 3, 4, 5, 6};
  write_npy(path("column.npy"), npy_vector("", column));
  write_npy(path("rows.npy"), npy_vector("", rows, {2, 3}));
  text("plain.csv", "1\n2.5\n-3\n");
  text("named.csv", "a;b;c\n1;2;3\n4;5;6\n");

  for (const char* name : {"column.npy", "plain.csv"}) {
    const StimulusSpec spec = read(StimulusKind::current, name);
    EXPECT_EQ(spec.columns, 1u) << name;
    EXPECT_EQ(spec.values, column) << name;
  }
  for (const char* name : {"rows.npy", "named.csv"}) {
    const StimulusSpec spec = read(StimulusKind::poisson, name);
    EXPECT_EQ(spec.columns, 3u) << name;
    EXPECT_EQ(spec.values, (std::vector<double>{1, 2, 3, 4, 5, 6})) << name;
  }
}

TEST_F(StimulusFiles, SpikesComeFromNpzCsvAndRecords) {
  const std::vector<double> ms{2.5, 0.5, 2.5};
  const std::vector<std::uint32_t> neuron{3, 0, 3};
  const std::vector<std::uint64_t> step{25, 5, 25};
  write_npz(path("times.npz"), {npy_vector("time_ms", ms), npy_vector("neuron", neuron)});
  write_npz(path("steps.npz"), {npy_vector("step", step), npy_vector("neuron", neuron), npy_scalar("step_ms", 0.1)});
  text("named.csv", "neuron,time_ms\n3,2.5\n0,0.5\n3,2.5\n");
  text("plain.csv", "2.5,3\n0.5,0\n2.5,3\n");
  text("records.npy",
       records("[('step', '<u4'), ('neuron', '<u4')]", "(3,)", row(25, 3) + row(5, 0) + row(25, 3) + "rest"));

  for (const char* name : {"times.npz", "steps.npz", "named.csv", "plain.csv", "records.npy"}) {
    const StimulusSpec spec = read(StimulusKind::spikes, name, 0.1);
    EXPECT_EQ(spec.spike_neuron, neuron) << name;
    ASSERT_EQ(spec.spike_ms.size(), 3u) << name;
    for (std::size_t k = 0; k < 3; ++k) EXPECT_DOUBLE_EQ(spec.spike_ms[k], ms[k]) << name;
  }
}

TEST_F(StimulusFiles, AreRefusedWithTheFileAndTheRow) {
  const std::vector<double> negative{1, 2, -3, 4}, bad{1, NAN};
  write_npy(path("rates.npy"), npy_vector("", negative, {2, 2}));
  write_npy(path("nan.npy"), npy_vector("", bad));
  write_npy(path("cube.npy"), npy_vector("", negative, {2, 2, 1}));
  text("cut.csv", "1,2\n3\n");
  text("late.csv", "time_ms,neuron\n1,0\n-2,0\n");
  text("part.csv", "time_ms,neuron\n1,0\n2,0.5\n");
  text("three.csv", "1,2,3\n");
  text("names.csv", "t,neuron\n1,0\n");
  const std::vector<double> two{1, 2}, one{1};
  write_npz(path("odd.npz"), {npy_vector("time_ms", two), npy_vector("neuron", one)});
  write_npz(path("none.npz"), {npy_vector("t", two)});

  EXPECT_EQ(refusal(StimulusKind::poisson, "rates.npy"),
            "rates.npy: row 1: found -3 in column 0; allowed: a rate in Hz, 0 or more");
  EXPECT_EQ(refusal(StimulusKind::current, "nan.npy"),
            "nan.npy: row 1: found nan in column 0; allowed: a finite number");
  EXPECT_EQ(refusal(StimulusKind::current, "cube.npy"),
            "cube.npy: an array of 3 dimensions; allowed: 1 or 2, rows in time");
  EXPECT_EQ(refusal(StimulusKind::current, "odd.npz").substr(0, 9), "odd.npz: ");
  EXPECT_EQ(refusal(StimulusKind::current, "cut.csv").substr(0, 9), "cut.csv:2");
  text("word.csv", "1,2\n3,x\n");
  EXPECT_EQ(refusal(StimulusKind::current, "word.csv"),
            "word.csv:2:3: column \"1\": found \"x\", must be a finite number");
  EXPECT_EQ(refusal(StimulusKind::current, "gone.npy"), "gone.npy: cannot be read: No such file or directory");
  EXPECT_EQ(refusal(StimulusKind::spikes, "late.csv"),
            "late.csv: row 1: found time_ms = -2; allowed: a time in ms, 0 or more");
  EXPECT_EQ(refusal(StimulusKind::spikes, "part.csv"),
            "part.csv: row 1: found neuron = 0.5; allowed: a whole number from 0");
  EXPECT_EQ(refusal(StimulusKind::spikes, "three.csv").substr(0, 35), "three.csv: has no column \"time_ms\";");
  EXPECT_EQ(refusal(StimulusKind::spikes, "names.csv").substr(0, 35), "names.csv: has no column \"time_ms\";");
  EXPECT_EQ(refusal(StimulusKind::spikes, "odd.npz"), "odd.npz: 2 times, 1 neurons; allowed: as many of both");
  EXPECT_EQ(refusal(StimulusKind::spikes, "none.npz"),
            "none.npz: needs arrays time_ms (or step, and step_ms) and neuron");
}

TEST_F(StimulusFiles, RecordsOfSpikesAreRefusedWhenTheyAreNone) {
  const std::string fields = "[('step', '<u4'), ('neuron', '<u4')]", two = row(1, 2) + row(3, 4);
  const auto refused = [&](const std::string& content, double step_ms = 0.1) {
    text("x.npy", content);
    return refusal(StimulusKind::spikes, "x.npy", step_ms);
  };
  EXPECT_EQ(refused(records(fields, "(3,)", two)), "x.npy: says 3 rows, and has 2");
  EXPECT_EQ(refused(records(fields, "(999999999999999,)", two)), "x.npy: says 999999999999999 rows, and has 2");
  EXPECT_EQ(refused(records(fields, "(2,)", two), 0),
            "x.npy: counts time in steps, and does not say how long one is (step_ms)");
  EXPECT_EQ(refused(records("[('a', '<u4'), ('neuron', '<u4')]", "(2,)", two)).substr(0, 13), "x.npy: has no");
  EXPECT_EQ(refused(records("'<f8'", "(2,)", two)).substr(0, 12), "x.npy: is no");
  EXPECT_EQ(refused(records("[('step', '<u4'), ('neuron', '<u4'), ('replica', '<u4')]", "(1,)", two)),
            "x.npy: row 0: has a spike of replica 3; allowed: of replica 0 alone");
  const std::string whole = records(fields, "(2,)", two);
  for (std::size_t length = 6; length < whole.size(); ++length)
    EXPECT_NE(refused(whole.substr(0, length)), "no error") << length;
  EXPECT_EQ(refused(whole), "no error");
}

}  // namespace
}  // namespace sprig::test
