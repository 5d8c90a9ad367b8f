// Habits of the command line, of the built program: words of other programs, help, completion, the man page, closed
// pipes.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/app/program.hpp"

namespace sprig {
namespace {

using CommandWords = Program;
using test::read_file;

TEST_F(CommandWords, OfOtherProgramsAreAnsweredWithTheWordHere) {
  struct Case {
    std::vector<std::string> arguments;
    std::string expected;
  };
  const std::vector<Case> cases = {
      {{"simulate"}, "simulate: unknown verb; did you mean run?"},
      {{"fit"}, "train (images, by labels)"},
      {{"benchmark"}, "did you mean bench?"},
      {{"potjans"}, "did you mean bench microcircuit?"},
      {{"export", "net.nir"}, "did you mean python -m sprig convert"},
      {{"gpu"}, "did you mean --device cuda after a verb?"},
      {{"hepl"}, "did you mean help?"},
      {{"help", "simulate"}, "did you mean run?"},
      {{"run", "--device", "gpu"}, "; did you mean cuda?"},
      {{"run", "--device", "CUDA:1"}, "; did you mean cuda:1?"},
      {{"run", "--gpu"}, "--gpu; did you mean --device cuda?; see sprig --help"},
      {{"run", "--output", "x"}, "; did you mean --out?"},
      {{"run", "--confg", "x"}, "; did you mean --config?"},
      {{"run", "--dt", "0.1"}, "; did you mean --set network.step_ms=VALUE?"},
      {{"completion", "tcsh"}, "shell"},
  };
  for (const Case& c : cases) {
    const Outcome outcome = run(c.arguments);
    EXPECT_EQ(outcome.code, 2) << c.arguments[0] << ": " << outcome.err;
    EXPECT_NE(outcome.err.find(c.expected), std::string::npos) << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  }
}

TEST_F(CommandWords, HelpOfAVerbIsItsHelpFlag) {
  EXPECT_EQ(run({"help"}).out, run({"--help"}).out);
  for (const char* verb : {"run", "bench", "report"}) {
    const Outcome outcome = run({"help", verb});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, run({verb, "--help"}).out);
  }
  EXPECT_EQ(run({"-V"}).out, run({"--version"}).out);
  EXPECT_EQ(run({"run", "-V"}).out, run({"--version"}).out);
}

// A shell's answer to `line` with the cursor at its end.
std::string completed(const std::string& line) {
  return "source script.bash; COMP_LINE=" + std::string("'") + line +
         "'; COMP_POINT=${#COMP_LINE}; COMP_WORDBREAKS=$' \\t\\n\"><=;|&(:'; _sprig 2>/dev/null; echo "
         "\"${COMPREPLY[@]}\"";
}

TEST_F(CommandWords, BashCompletesVerbsOptionsKeysAndWords) {
  test::write_raw(folder("script.bash"), run({"completion", "bash"}).out);
  const auto answer = [&](const std::string& line) {
    const std::string command = "cd '" + folder_.path() + "' && bash -c '" + [](std::string s) {
      for (std::size_t at = 0; (at = s.find('\'', at)) != std::string::npos; at += 4) s.replace(at, 1, "'\\''");
      return s;
    }(completed(line)) + "' > answer.txt";
    EXPECT_EQ(std::system(command.c_str()), 0) << line;
    std::string text = read_file(folder("answer.txt"));
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  };
  EXPECT_EQ(answer("sprig lya"), "lyapunov");
  EXPECT_EQ(answer("sprig prune --dev"), "--device");
  EXPECT_EQ(answer("sprig plan --device-model h2"), "h200");
  EXPECT_EQ(answer("sprig bench vog"), "vogels vogels-large");
  EXPECT_EQ(answer("sprig help learn"), "learn");
  EXPECT_EQ(answer("sprig run --config small"), "small.toml");
  EXPECT_EQ(answer("sprig prune --set prune.den"), "prune.density=");
  // readline parts words at '=' and ':', and replaces what is behind the last.
  EXPECT_EQ(answer("sprig prune --set prune.method=random_"), "random_by_sign");
  EXPECT_EQ(answer("sprig run --set neuron.adaptive=t"), "true");
  EXPECT_EQ(answer("sprig run --device cuda:a"), "all");
  EXPECT_EQ(answer("sprig completion z"), "zsh");
}

TEST_F(CommandWords, OtherShellsTakeTheirCompletions) {
  for (const char* shell : {"zsh", "fish"}) {
    const std::string script = run({"completion", shell}).out;
    EXPECT_NE(script.find("lyapunov"), std::string::npos);
    test::write_raw(folder("script"), script);
    if (std::system((std::string("command -v ") + shell + " >/dev/null").c_str()) != 0) continue;  // not installed
    EXPECT_EQ(std::system((std::string(shell) + " -n '" + folder("script") + "'").c_str()), 0) << shell;
  }
}

TEST_F(CommandWords, TheManPageHasEveryVerbAndEveryOption) {
  const std::string page = run({"man"}).out, help = run({"--help"}).out;
  EXPECT_EQ(page.rfind(".TH SPRIG 1 ", 0), 0u);
  for (const char* verb :
       {"prune", "run", "lyapunov", "study", "learn", "train", "search", "bench", "plan", "report", "info"}) {
    EXPECT_NE(help.find(std::string("  ") + verb + " "), std::string::npos) << verb;
    EXPECT_NE(page.find(std::string("\n.SS ") + verb + "\n"), std::string::npos) << verb;
  }
  for (const char* option : {"\\-\\-config", "\\-\\-device\\-model", "\\-\\-help\\-config"})
    EXPECT_NE(page.find(option), std::string::npos) << option;
}

// As `sprig VERB | true`: whoever reads has gone before the first line.
TEST_F(CommandWords, APipeThatNobodyReadsEndsQuietlyWithTheWorkDone) {
  const std::vector<std::vector<std::string>> commands = {
      {"run", "--config", "small.toml", "--out", "a"}, {"plan", "--config", "small.toml"}, {"--help-config"}};
  for (const auto& command : commands) {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    close(ends[0]);
    const Outcome outcome = wait_for(start(command, RLIM_INFINITY, "/dev/fd/" + std::to_string(ends[1])));
    close(ends[1]);
    EXPECT_EQ(outcome.code, 141) << command[0];
    EXPECT_EQ(outcome.err, "") << command[0];
  }
  EXPECT_EQ(result("a")["complete"], true);
}

}  // namespace
}  // namespace sprig
