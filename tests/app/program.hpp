// The built program, run in a folder of its own: what it prints, its exit code, what it leaves behind.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "sprig/session/output.hpp"
#include "tests/app/small.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig {

struct Outcome {
  int code = -1;  // 128 + signal when it was killed
  std::string out, err;
};

class Program : public ::testing::Test {
 protected:
  void SetUp() override { test::write_raw(config(), test::kSmallConfig); }

  std::string config() const { return folder_.file("small.toml"); }
  std::string folder(const std::string& name) const { return folder_.file(name); }

  // Starts the program in the test's folder. file_limit: RLIMIT_FSIZE in bytes.
  pid_t start(std::vector<std::string> arguments, rlim_t file_limit = RLIM_INFINITY, std::string out = {}) {
    if (out.empty()) out = folder("stdout.txt");
    arguments.insert(arguments.begin(), SPRIG_BINARY);
    std::vector<char*> argv;
    for (std::string& a : arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
      const auto to = [&](const std::string& path, int descriptor) {
        dup2(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644), descriptor);
      };
      if (chdir(folder_.path().c_str()) != 0) _exit(127);
      to(out, STDOUT_FILENO);
      to(folder("stderr.txt"), STDERR_FILENO);
      if (file_limit != RLIM_INFINITY) {
        const rlimit limit{file_limit, file_limit};
        setrlimit(RLIMIT_FSIZE, &limit);
      }
      execv(argv[0], argv.data());
      _exit(127);
    }
    return child;
  }

  Outcome wait_for(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    Outcome outcome;
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    outcome.out = test::read_file(folder("stdout.txt"));
    outcome.err = test::read_file(folder("stderr.txt"));
    return outcome;
  }

  Outcome run(const std::vector<std::string>& arguments, rlim_t file_limit = RLIM_INFINITY) {
    return wait_for(start(arguments, file_limit));
  }

  // Starts a verb on the small configuration and sends Ctrl-C once `sign` in its run folder has something in it.
  // signal: that, or another; code: of verbs that go on in the same folder 75.
  Outcome interrupt(std::vector<std::string> arguments, const std::string& out, const std::string& sign, int code = 75,
                    int signal = SIGINT) {
    arguments.insert(arguments.end(), {"--config", "small.toml", "--out", out});
    const pid_t child = start(arguments);
    const std::string file = folder(out) + "/" + sign;
    for (int i = 0; i < 2000 && (!std::filesystem::exists(file) || std::filesystem::file_size(file) == 0); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    kill(child, signal);
    const auto asked = std::chrono::steady_clock::now();
    const Outcome outcome = wait_for(child);
    EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(20));
    EXPECT_EQ(outcome.code, code) << outcome.err;
    return outcome;
  }

  Json result(const std::string& name) const { return Json::parse(test::read_file(folder(name) + "/result.json")); }
  Json manifest(const std::string& name) const { return Json::parse(test::read_file(folder(name) + "/manifest.json")); }

  test::TemporaryFolder folder_;
};

inline void expect_keys(const Json& json, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) EXPECT_TRUE(json.contains(key)) << key;
}

}  // namespace sprig
