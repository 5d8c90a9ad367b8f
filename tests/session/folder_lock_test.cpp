// One run at a time writes into a folder, with flock() and without.
#include "host/session/folder_lock.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <functional>
#include <memory>
#include <vector>

#include "host/session/host_name.hpp"
#include "sprig/core/error.hpp"
#include "tests/session/folder_tools.hpp"

namespace sprig {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using test::read_file;
using test::write_raw;

int no_flock(int, int) {
  errno = ENOSYS;
  return -1;
}
constexpr LockCalls kWithout{no_flock, 20ms, 60'000ms, 50ms};

std::string held_by(const std::string& process) { return "process " + process + " on " + host_name(); }

class FolderLocks : public ::testing::TestWithParam<bool> {
 protected:
  LockCalls calls() const { return GetParam() ? LockCalls{} : kWithout; }
  std::string lock() const { return folder_.file(".lock"); }
  std::string refusal(const LockCalls& with) const {
    try {
      FolderLock second(folder_.path(), with);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }
  std::string refusal() const { return refusal(calls()); }

  test::TemporaryFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Flock, FolderLocks, ::testing::Values(true, false), [](const auto& with) {
  return with.param ? std::string("WithFlock") : std::string("WithoutFlock");
});

TEST_P(FolderLocks, ASecondRunIsRefusedWithHostAndProcessOfTheFirst) {
  int ready[2], end[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(end), 0);
  const pid_t child = fork();
  if (child == 0) {
    {
      const FolderLock first(folder_.path(), calls());
      char c = 'x';
      if (write(ready[1], &c, 1) != 1 || read(end[0], &c, 1) != 1) _exit(1);
    }
    _exit(0);
  }
  char c = 'x';
  ASSERT_EQ(read(ready[0], &c, 1), 1);
  EXPECT_NE(refusal().find(folder_.path() + ": " + held_by(std::to_string(child))), std::string::npos) << refusal();
  ASSERT_EQ(write(end[1], &c, 1), 1);
  waitpid(child, nullptr, 0);
  EXPECT_FALSE(fs::exists(lock())) << "it leaves nothing";
  EXPECT_EQ(refusal(), "");
}

TEST_P(FolderLocks, ThatOfADeadProcessIsTakenOverAtOnce) {
  const pid_t child = fork();
  if (child == 0) {
    new FolderLock(folder_.path(), calls());
    _exit(0);  // as if it had been killed
  }
  waitpid(child, nullptr, 0);
  ASSERT_TRUE(fs::exists(lock()));
  const FolderLock next(folder_.path(), calls());
  EXPECT_EQ(read_file(lock()).rfind("sprig " + host_name() + " " + std::to_string(getpid()), 0), 0u);
  EXPECT_NE(refusal().find(held_by(std::to_string(getpid()))), std::string::npos);
}

TEST_P(FolderLocks, AFileOfThatNameThatIsNotSprigsStays) {
  write_raw(lock(), "mine");
  EXPECT_NE(refusal().find("/.lock: is not sprig's"), std::string::npos);
  EXPECT_EQ(read_file(lock()), "mine");
  fs::remove(lock());
  write_raw(folder_.file("elsewhere"), "mine");
  fs::create_symlink("elsewhere", lock());
  EXPECT_NE(refusal(), "");
  EXPECT_EQ(read_file(folder_.file("elsewhere")), "mine");
}

// Somebody took it for dead: what lies there now is theirs.
TEST_P(FolderLocks, ThatOfARunThatTookItOverStays) {
  {
    const FolderLock first(folder_.path(), calls());
    fs::remove(lock());
    write_raw(lock(), "sprig another-host 17 heartbeat\n");
  }
  EXPECT_EQ(read_file(lock()), "sprig another-host 17 heartbeat\n");
}

TEST_P(FolderLocks, OneOfMachinesWithoutFlockHoldsAsLongAsItBeats) {
  write_raw(lock(), "sprig another-host 17 heartbeat\n");
  EXPECT_NE(refusal().find("process 17 on another-host"), std::string::npos) << refusal();
  fs::last_write_time(lock(), fs::file_time_type::clock::now() - 50s);
  EXPECT_NE(refusal(), "");
  fs::last_write_time(lock(), fs::file_time_type::clock::now() - 70s);
  EXPECT_EQ(refusal(), "");
}

TEST(FolderLockWithoutFlock, ItBeatsAndNoticesThatItWasTakenOver) {
  const test::TemporaryFolder folder;
  const FolderLock lock(folder.path(), kWithout);
  const std::string path = folder.file(".lock");
  fs::last_write_time(path, fs::file_time_type::clock::now() - 3600s);
  for (int i = 0; i < 500 && fs::last_write_time(path) < fs::file_time_type::clock::now() - 60s; ++i)
    std::this_thread::sleep_for(10ms);
  EXPECT_GT(fs::last_write_time(path), fs::file_time_type::clock::now() - 60s);
  EXPECT_TRUE(lock.ours());
  fs::remove(path);
  EXPECT_TRUE(lock.ours()) << "nobody else has it";
  write_raw(path, "sprig another-host 17 heartbeat\n");
  EXPECT_FALSE(lock.ours());
}

// Many find the same stale lock at once.
TEST(FolderLockWithoutFlock, OfManyThatTakeOverOneHoldsIt) {
  const test::TemporaryFolder folder;
  const std::string dead = std::to_string(test::dead_process());
  for (int round = 0; round < 5; ++round) {
    write_raw(folder.file(".lock"), "sprig " + host_name() + " " + dead + " heartbeat\n");
    std::vector<pid_t> children;
    for (int k = 0; k < 8; ++k) {
      const pid_t child = fork();
      if (child == 0) {
        try {
          const FolderLock lock(folder.path(), {no_flock, 20ms, 60'000ms, 200ms});
          std::this_thread::sleep_for(500ms);
          const int code = lock.ours() ? 1 : 2;
          _exit(code);  // the lock stays, and is stale
        } catch (const InputError&) {
          _exit(0);
        }
      }
      children.push_back(child);
    }
    int held = 0, lost = 0;
    for (const pid_t child : children) {
      int status = 0;
      waitpid(child, &status, 0);
      held += WEXITSTATUS(status) == 1, lost += WEXITSTATUS(status) == 2;
    }
    EXPECT_EQ(held, 1);
    EXPECT_EQ(lost, 0) << "held it and lost it";
    fs::remove(folder.file(".lock"));
  }
}

}  // namespace
}  // namespace sprig
