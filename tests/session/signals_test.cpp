// In child processes: handlers are of a whole process.
#include "sprig/session/signals.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

namespace sprig {
namespace {

int status_of_child(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

TEST(Signals, TheFirstIsRememberedAndTheSecondEndsTheProgram) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU, SIGALRM, SIGVTALRM}) {
    const int status = status_of_child([&] {
      install_signal_handlers();
      if (stop_requested()) ::_exit(1);
      ::raise(signal);
      if (!stop_requested()) ::_exit(2);
      ::raise(signal);
      ::_exit(3);
    });
    ASSERT_TRUE(WIFSIGNALED(status)) << signal << ": ended with " << WEXITSTATUS(status);
    EXPECT_EQ(WTERMSIG(status), signal);
  }
}

TEST(Signals, OneThatWasIgnoredStaysIgnored) {
  const int status = status_of_child([] {
    std::signal(SIGHUP, SIG_IGN);
    install_signal_handlers();
    ::raise(SIGHUP);
    ::_exit(stop_requested() ? 1 : 0);
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace sprig
