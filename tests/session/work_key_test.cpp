// What a result follows from: the words of a configuration and what is in its files, never where it is computed.
#include "sprig/session/work_key.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>

#include "sprig/config/config.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig {
namespace {

Config set_up(const std::vector<std::string>& settings) {
  Config config;
  for (const std::string& setting : settings) set_config(config, setting);
  finish_config(config);
  return config;
}

class WorkKey : public ::testing::Test {
 protected:
  std::uint64_t key(const std::vector<std::string>& settings, const std::string& verb = "study") const {
    return work_key(verb, set_up(settings));
  }
  test::TemporaryFolder folder_;
};

TEST_F(WorkKey, IsOfTheVerbTheSeedAndEveryKeyOfAResult) {
  EXPECT_EQ(key({}), key({}));
  EXPECT_NE(key({}), key({}, "run"));
  EXPECT_NE(key({}), key({"run.seed=2"}));
  EXPECT_NE(key({}), key({"network.gain=0.25"}));
}

TEST_F(WorkKey, IsNotOfThreadsSlicesAndDeviceButForABenchmarkWhichMeasuresThem) {
  for (const char* where : {"run.threads=3", "run.slices=5", "run.device=cpu"}) {
    EXPECT_EQ(key({}), key({where})) << where;
    EXPECT_NE(key({}, "bench"), key({where}, "bench")) << where;
  }
}

TEST_F(WorkKey, IsOfWhatIsInFiles) {
  const std::string path = folder_.file("series.csv");
  const std::vector<std::string> settings{"task.system=csv", "task.file=" + path};
  test::write_raw(path, "a\n1\n2\n");
  const std::uint64_t before = key(settings);
  test::write_raw(path, "a\n1\n3\n");
  EXPECT_NE(key(settings), before);
  test::write_raw(path, "a\n1\n2\n");
  EXPECT_EQ(key(settings), before);
}

// Who reads them says what is wrong with them; a pipe is not waited for.
TEST_F(WorkKey, AFileThatCannotBeReadHasAKeyOfItsOwn) {
  const std::string path = folder_.file("series.csv");
  const std::vector<std::string> settings{"task.system=csv", "task.file=" + path};
  const std::uint64_t missing = key(settings);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(key(settings), missing);
  std::filesystem::remove(path);
  test::write_raw(path, "");
  EXPECT_NE(key(settings), missing);
}

// A key names the folder of an image set: the files that are read count, plain or compressed, and no others.
TEST_F(WorkKey, IsOfTheFilesOfImageSets) {
  for (const std::string where : {"learn.images=mnist;learn.folder=", "task.system=mnist;task.folder="}) {
    const std::size_t both = where.find(';');
    const std::vector<std::string> settings{where.substr(0, both), where.substr(both + 1) + folder_.path()};
    const std::string path = folder_.file("t10k-labels-idx1-ubyte");
    std::filesystem::remove(path), std::filesystem::remove(path + ".gz");
    const std::uint64_t none = key(settings);
    test::write_raw(path + ".gz", "compressed");
    const std::uint64_t compressed = key(settings);
    EXPECT_NE(compressed, none);
    test::write_raw(path, "plain");
    const std::uint64_t plain = key(settings);
    EXPECT_NE(plain, compressed);
    test::write_raw(path + ".gz", "of no interest beside the plain one");
    test::write_raw(folder_.file("notes.txt"), "of no interest");
    EXPECT_EQ(key(settings), plain);
    const Inputs inputs = inputs_of(set_up(settings));
    EXPECT_EQ(std::count_if(inputs.begin(), inputs.end(), [&](const auto& input) { return input.second == path; }), 1);
  }
}

TEST_F(WorkKey, InputsHaveTheKeysThatNameThem) {
  std::map<std::string, std::string> inputs;
  for (const auto& [key, path] : inputs_of(set_up({"network.file=n.npz", "task.file=t.csv"}))) inputs[key] = path;
  EXPECT_TRUE(inputs["network.file"].ends_with("n.npz")) << inputs["network.file"];
  EXPECT_TRUE(inputs["task.file"].ends_with("t.csv")) << inputs["task.file"];
}

// Files that only a setting of the verb's lists names.
TEST_F(WorkKey, IsOfTheFilesOfEverySetting) {
  const std::string path = folder_.file("t10k-labels-idx1-ubyte");
  const std::string folder = folder_.path();
  const std::vector<std::vector<std::string>> commands{
      {"study.variants=[\"a: task.file=" + path + "\", \"b: run.seed=3\"]"},
      {"study.tasks=[\"a: task.system=csv; task.file=" + path + "\"]"},
      {"study.tasks=[\"mnist\", \"lorenz63\"]", "study.variants=[\"a: task.folder=" + folder + "\"]"},
      {"operating_point.axes=[\"task.file = [\'" + path + "\']\"]"},
      {"learn.variants=[\"a: learn.images=mnist; learn.folder=" + folder + "\"]"}};
  for (const std::vector<std::string>& settings : commands) {
    std::filesystem::remove(path);
    const std::uint64_t none = key(settings);
    test::write_raw(path, "one");
    const std::uint64_t one = key(settings);
    EXPECT_NE(one, none) << settings[0];
    test::write_raw(path, "two");
    EXPECT_NE(key(settings), one) << settings[0];
  }
}

}  // namespace
}  // namespace sprig
