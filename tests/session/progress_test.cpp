// The line that shows how far work is, on a terminal.
#include "sprig/session/progress.hpp"

#include <gtest/gtest.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

namespace sprig {
namespace {

TEST(CutTo, LeavesTheLastColumnFreeAndCutsNoCharacter) {
  EXPECT_EQ(cut_to("run  50 %", 80), "run  50 %");
  EXPECT_EQ(cut_to("run  50 %", 10), "run  50 %");
  EXPECT_EQ(cut_to("run  50 %", 9), "run  50 ");
  EXPECT_EQ(cut_to("\xC3\xA9\xC3\xA9\xC3\xA9", 3), "\xC3\xA9\xC3\xA9");
  EXPECT_EQ(cut_to("\xE6\xBC\xA2\xE6\xBC\xA2", 4), "\xE6\xBC\xA2") << "wide ones";
  EXPECT_EQ(cut_to("a\033[2J\n\xFF\xC2\x9B", 80), "a?[2J???") << "nothing that moves the cursor";
  EXPECT_EQ(cut_to("x", 1), "");
  EXPECT_EQ(cut_to("", 0), "");
}

// What a terminal of so many columns gets, and of fewer after a while.
TEST(ProgressLineOnATerminal, IsOneLineHoweverNarrowTheTerminalBecomes) {
  winsize size{};
  size.ws_col = 30, size.ws_row = 20;
  int master = -1, slave = -1;
  ASSERT_EQ(openpty(&master, &slave, nullptr, nullptr, &size), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(slave, STDERR_FILENO);
    {
      ProgressLine line("a label that is long", false);
      for (int k = 0; k < 2; ++k) {
        std::this_thread::sleep_for(std::chrono::milliseconds(250));
        line.update(0.5, "with a detail that is longer than thirty columns");
        size.ws_col = 12;
        ioctl(STDERR_FILENO, TIOCSWINSZ, &size);
      }
    }
    _exit(0);
  }
  close(slave);
  std::string shown;
  char block[4096];
  for (ssize_t n; (n = read(master, block, sizeof block)) > 0;) shown.append(block, static_cast<std::size_t>(n));
  close(master);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(shown, "\ra label that is long  50 %  w\033[K\ra label tha\033[K\r\033[K");
}

}  // namespace
}  // namespace sprig
