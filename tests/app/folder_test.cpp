// What the program does with folders that are there already, and with signals.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <set>

#include "tests/app/program.hpp"
#include "tests/session/folder_tools.hpp"
#include "tests/support/python.hpp"

namespace sprig {
namespace {

namespace fs = std::filesystem;
using test::read_file;
using test::tree;

class Folders : public Program {
 protected:
  static std::vector<std::string> command(const std::string& verb, const std::string& out,
                                          std::vector<std::string> more = {}) {
    std::vector<std::string> words{verb, "--config", "small.toml", "--out", out};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  void await(const std::string& file) const {
    for (int i = 0; i < 2000 && !fs::exists(folder(file)); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
};

TEST_F(Folders, TheSameCommandOnAFinishedFolderSaysSoAndDoesNothing) {
  for (const char* verb : {"run", "prune", "lyapunov", "study"}) {
    SCOPED_TRACE(verb);
    const Outcome first = run(command(verb, verb));
    ASSERT_EQ(first.code, 0) << first.err;
    const auto before = tree(folder(verb));
    const Outcome second = run(command(verb, verb, {"--threads", "2"}));
    EXPECT_EQ(second.code, 0);
    EXPECT_EQ(second.err.rfind(std::string("sprig: ") + verb + ": already done by sprig ", 0), 0u) << second.err;
    EXPECT_NE(second.err.find("; --again does it once more\n"), std::string::npos);
    EXPECT_EQ(std::count(second.err.begin(), second.err.end(), '\n'), 1);
    EXPECT_EQ(second.out, read_file(folder(verb) + "/table.txt")) << "the table, where there is one";
    const Outcome quiet = run(command(verb, verb, {"--quiet"}));
    EXPECT_EQ(quiet.code, 0);
    EXPECT_EQ(quiet.out + quiet.err, "");
    EXPECT_EQ(tree(folder(verb)), before);
    EXPECT_FALSE(read_file(folder("study") + "/table.txt").empty() && std::string(verb) == "study");
  }
}

TEST_F(Folders, WhatIsNotDoneIsDone) {
  ASSERT_EQ(run(command("run", "a")).code, 0);
  const auto first = manifest("a");
  ASSERT_EQ(run(command("run", "a", {"--again"})).code, 0);
  EXPECT_NE(manifest("a")["pid"], first["pid"]);
  EXPECT_EQ(manifest("a")["result_hash"], first["result_hash"]);
  fs::remove(folder("a/spikes.npy"));
  EXPECT_EQ(run(command("run", "a")).err.find("already done"), std::string::npos) << "a file of it is missing";
  EXPECT_TRUE(fs::exists(folder("a/spikes.npy")));
  EXPECT_EQ(run(command("run", "a", {"--seed", "2"})).code, 0);
  EXPECT_EQ(result("a")["seed"], 2);
  EXPECT_EQ(run(command("lyapunov", "a")).code, 0);
  EXPECT_TRUE(result("a").contains("exponents"));
  EXPECT_FALSE(fs::exists(folder("a/spikes.npy"))) << "of the run before";
  EXPECT_FALSE(fs::exists(folder("a/next")) || fs::exists(folder("a/.lock")));
}

// As a process leaves it that is killed after its result was whole.
TEST_F(Folders, WhatWasLeftUndoneBehindAWholeResultIsDoneByTheSameCommand) {
  ASSERT_EQ(run(command("run", "a")).code, 0);
  const auto whole = tree(folder("a"));
  const std::string dead = std::to_string(test::dead_process());
  fs::remove(folder("a/report.html"));
  fs::create_directories(folder("a/next"));
  test::write_raw(folder("a/report.html.tmp-" + dead), "half");
  test::write_raw(folder("a/.lock"), "sprig somewhere " + dead + "\n");
  const Outcome same = run(command("run", "a"));
  EXPECT_EQ(same.code, 0);
  EXPECT_NE(same.err.find("already done"), std::string::npos) << same.err;
  EXPECT_EQ(tree(folder("a")), whole);
}

TEST_F(Folders, NoNameInAConfigurationLeadsOutOfTheFolder) {
  fs::create_directories(folder("in"));
  const Outcome learnt = run({"learn", "--out", "in/a", "--set", "learn.neurons=4", "--set", "learn.steps=20", "--set",
                              "learn.train=40", "--set", "learn.test=20", "--set", "learn.label=20", "--set",
                              "learn.variants=[\"../../x: learn.rule=asp\"]"});
  EXPECT_EQ(learnt.code, 0) << learnt.err;
  EXPECT_TRUE(fs::exists(folder("in/a/models/______x-1.npz")));
  ASSERT_EQ(run(command("study", "in/b",
                        {"--set", "study.keep=all", "--set", "study.methods=[none]", "--set", "study.seeds=1", "--set",
                         "study.variants=[\"../../x: task.horizon=6\"]"}))
                .code,
            0);
  test::write_raw(folder("record.toml"),
                  std::string(test::kSmallConfig) + "[[record]]\nname = \"../../x\"\nwhat = \"v\"\n");
  EXPECT_EQ(run({"run", "--config", "record.toml", "--out", "in/c"}).code, 3);
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_.path())) names.insert(entry.path().filename().string());
  EXPECT_EQ(names, (std::set<std::string>{"in", "record.toml", "small.toml", "stderr.txt", "stdout.txt"}));
  names.clear();
  for (const auto& entry : fs::directory_iterator(folder("in"))) names.insert(entry.path().filename().string());
  EXPECT_EQ(names, (std::set<std::string>{"a", "b"}));
}

TEST_F(Folders, AskedForAgainAStudyUsesNoCell) {
  ASSERT_EQ(run(command("study", "a")).code, 0);
  const Json before = result("a");
  const Outcome again = run(command("study", "a", {"--again"}));
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out.find("are kept"), std::string::npos) << again.out;
  EXPECT_EQ(result("a")["cells"], before["cells"]);
}

TEST_F(Folders, NetworksThatAStudyKeptAreReplacedWithItsResult) {
  const std::vector<std::string> keep{"--set", "study.keep=all", "--set", "study.methods=[dense, none]"};
  auto larger = keep;
  larger.insert(larger.end(), {"--set", "study.seeds=3"});
  ASSERT_EQ(run(command("study", "a", keep)).code, 0);
  const auto before = tree(folder("a/kept"));
  ASSERT_FALSE(before.empty());
  ASSERT_EQ(run(command("study", "a", larger)).code, 0);
  ASSERT_EQ(run(command("study", "b", larger)).code, 0);
  EXPECT_EQ(tree(folder("a/kept")), tree(folder("b/kept")));
  EXPECT_EQ(result("a")["kept"].size(), 6u);
  auto none = keep;
  none[1] = "study.keep=none";
  ASSERT_EQ(run(command("study", "a", none)).code, 0);
  EXPECT_FALSE(fs::exists(folder("a/kept"))) << "of a result that is gone";
  fs::create_directories(folder("c/kept/mine"));
  ASSERT_EQ(run(command("study", "c", none)).code, 0) << "which it does not need";
  EXPECT_EQ(run(command("study", "c", larger)).code, 4);
  EXPECT_TRUE(fs::exists(folder("c/kept/mine")));
}

TEST_F(Folders, AnErrorIsToldAgainAndIsNotDone) {
  const std::vector<std::string> wild{"learn",          "--out",           "a",
                                      "--set",          "learn.neurons=4", "--set",
                                      "learn.steps=20", "--set",           "learn.train=40",
                                      "--set",          "learn.test=20",   "--set",
                                      "learn.label=20", "--set",           "learn.inhibition_mv=1e308"};
  for (int k = 0; k < 2; ++k) {
    const Outcome outcome = run(wild);
    EXPECT_EQ(outcome.code, 7) << outcome.err;
    EXPECT_EQ(manifest("a")["complete"], true);
    EXPECT_EQ(manifest("a")["failed"], true);
  }
}

TEST_F(Folders, KilledInTheMiddleOfAnotherCommandTheFirstResultIsThereByteForByte) {
  ASSERT_EQ(run(command("run", "a")).code, 0);
  const auto before = tree(folder("a"));
  const pid_t child = start(command("run", "a", {"--seed", "5", "--set", "run.duration_ms=1e9"}));
  await("a/next/spikes.npy");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  kill(child, SIGKILL);
  EXPECT_EQ(wait_for(child).code, 128 + SIGKILL);
  const auto after = tree(folder("a"));
  for (const auto& [name, text] : before) EXPECT_TRUE(after.contains(name) && after.at(name) == text) << name;
  const Outcome same = run(command("run", "a"));
  EXPECT_NE(same.err.find("already done"), std::string::npos) << same.err;
  ASSERT_EQ(run(command("run", "a", {"--seed", "6"})).code, 0);
  ASSERT_EQ(run(command("run", "b", {"--seed", "6"})).code, 0);
  const auto replaced = tree(folder("a")), alone = tree(folder("b"));
  EXPECT_EQ(replaced.size(), alone.size());
  for (const char* name : {"spikes.npy", "records.json", "config.resolved.toml", "observation.json"})
    EXPECT_EQ(replaced.at(name), alone.at(name)) << name;
}

TEST_F(Folders, ForeignFilesAreRefusedByNameOrLeftAlone) {
  fs::create_directories(folder("mine/data"));
  test::write_raw(folder("mine/counts.npy"), "counts");
  test::write_raw(folder("mine/table.csv"), "a table");
  test::write_raw(folder("mine/data/tau.npy"), "no input of this run");
  const auto before = tree(folder("mine"));
  const Outcome refused = run(command("run", "mine", {"--set", "run.count_window_ms=10"}));
  EXPECT_EQ(refused.code, 4);
  EXPECT_NE(refused.err.find("mine/counts.npy: was not made by sprig, and would be replaced; allowed: another --out"),
            std::string::npos)
      << refused.err;
  EXPECT_EQ(tree(folder("mine")), before);
  ASSERT_EQ(run(command("run", "mine")).code, 0);
  ASSERT_EQ(run(command("lyapunov", "mine")).code, 0);
  for (const auto& [name, text] : before) EXPECT_EQ(tree(folder("mine"))[name], text) << name;
}

TEST_F(Folders, InputsAreNeverWhereARunWrites) {
  ASSERT_EQ(run(command("prune", "p")).code, 0);
  for (const char* name : {"a/models", "a/kept/x", "a/next", "a/data", "b"}) fs::create_directories(folder(name));
  for (const char* name : {"a/models/n.npz", "a/kept/x/n.npz", "a/next/n.npz", "a/data/n.npz"})
    fs::copy_file(folder("p/network.npz"), folder(name));
  fs::create_symlink("../p/network.npz", folder("a/link.npz"));
  fs::create_symlink("../a/models/n.npz", folder("b/link.npz"));
  const auto before = tree(folder_.path());
  for (const char* name :
       {"a/models/n.npz", "a/kept/x/n.npz", "a/next/n.npz", "a/link.npz", "b/link.npz", "a/data/../models/n.npz"}) {
    const Outcome refused = run({"run", "--set", std::string("network.file=") + name, "--out", "a"});
    EXPECT_EQ(refused.code, 2) << name << ": " << refused.err;
    EXPECT_NE(refused.err.find("a is the folder of network.file"), std::string::npos) << refused.err;
  }
  for (const auto& [name, text] : before)
    if (!name.starts_with("std")) {
      EXPECT_EQ(tree(folder_.path())[name], text) << name;
    }
  EXPECT_EQ(
      run({"run", "--set", "network.file=a/data/n.npz", "--set", "run.duration_ms=10", "--out", "a/data/out"}).code, 0);
  fs::remove_all(folder("a/models")), fs::remove_all(folder("a/kept")), fs::remove_all(folder("a/next"));
  EXPECT_EQ(run({"run", "--set", "network.file=a/data/n.npz", "--set", "run.duration_ms=10", "--out", "a"}).code, 0)
      << "a folder of the user's, in which nothing is written";
}

TEST_F(Folders, EverySignalThatAsksForAnEndKeepsWhatWasDone) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU, SIGALRM, SIGVTALRM}) {
    SCOPED_TRACE(signal);
    const std::string out = std::to_string(signal);
    interrupt({"run", "--set", "run.duration_ms=1e9", "--set", "run.record_spikes=false"}, out, "config.resolved.toml",
              75, signal);
    EXPECT_EQ(result(out)["complete"], false);
    EXPECT_EQ(manifest(out)["complete"], false);
  }
}

TEST_F(Folders, ASignalThatWasIgnoredStaysIgnored) {
  for (const int signal : {SIGHUP, SIGINT, SIGUSR1}) {
    std::signal(signal, SIG_IGN);
    const pid_t child = start(command("run", std::to_string(signal), {"--set", "run.duration_ms=30000"}));
    std::signal(signal, SIG_DFL);
    await(std::to_string(signal).append("/spikes.npy"));
    kill(child, signal);
    const Outcome outcome = wait_for(child);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(result(std::to_string(signal))["complete"], true);
  }
}

TEST_F(Folders, RunsThatBeginTogetherHaveFoldersOfTheirOwn) {
  std::vector<pid_t> children;
  for (int k = 0; k < 6; ++k)
    children.push_back(start({"run", "--config", "small.toml", "--quiet", "--seed", std::to_string(k)}));
  for (const pid_t child : children) EXPECT_EQ(wait_for(child).code, 0);
  std::set<int> seeds;
  for (const auto& entry : fs::directory_iterator(folder("runs")))
    seeds.insert(Json::parse(read_file(entry.path().string() + "/result.json"))["seed"].get<int>());
  EXPECT_EQ(seeds.size(), 6u);
}

TEST_F(Folders, TheManifestHasALineThatAShellReadsAsTheSameWords) {
  for (const std::string& out :
       {std::string("it's \"so\""), std::string("two\nlines\n"), std::string("\xC3\xA9t\xC3\xA9 $HOME `x` ~"),
        std::string("~"), std::string("a\\n*?[b]"), std::string("raw\xFF\xFE'bytes\xC3")}) {
    ASSERT_EQ(run({"plan", "--config", "small.toml", "--quiet", "--out", out}).code, 0) << out;
    const std::string line = manifest(out)["command_line"].get<std::string>();
    test::write_raw(folder("words.sh"), "sprig() { printf '%s\\0' \"$@\"; }\n" + line + " >words.txt\n");
    ASSERT_EQ(std::system(("cd '" + folder_.path() + "' && sh words.sh").c_str()), 0) << line;
    const char zero = '\0';
    const std::string expected =
        std::string("plan") + zero + "--config" + zero + "small.toml" + zero + "--quiet" + zero + "--out" + zero + out;
    EXPECT_EQ(read_file(folder("words.txt")), expected + zero) << line;
  }
}

}  // namespace
}  // namespace sprig
