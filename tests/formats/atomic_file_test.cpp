#include "sprig/formats/atomic_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "sprig/core/error.hpp"
#include "tests/support/synced_paths.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig {
namespace {

using test::read_file;
using test::TemporaryFolder;

// Lets files grow to `bytes` only, while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit now = before_;
    now.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST(AtomicFile, AppearsOnlyWhenCommitted) {
  TemporaryFolder folder;
  {
    AtomicFile file(folder.file("a"));
    file.write("half");
    EXPECT_FALSE(std::filesystem::exists(folder.file("a")));
  }
  EXPECT_EQ(folder.entries(), 0u);
  write_file(folder.file("a"), "whole");
  EXPECT_EQ(read_file(folder.file("a")), "whole");
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(AtomicFile, IsOnTheDiskBeforeItHasItsNameAndTheNameAfterwards) {
  const TemporaryFolder folder;
  const test::SyncedPaths synced;
  write_file(folder.file("a"), "whole");
  EXPECT_EQ(test::SyncedPaths::order(), "wsrS");
  EXPECT_TRUE(test::SyncedPaths::has(folder.file("a")));
  EXPECT_TRUE(test::SyncedPaths::has(folder.path()));
}

// Two processes that write one file do not write into each other's.
TEST(AtomicFile, HasANameOfItsProcessUntilItIsWhole) {
  const TemporaryFolder folder;
  AtomicFile file(folder.file("a"));
  EXPECT_TRUE(std::filesystem::exists(folder.file("a.tmp-" + std::to_string(::getpid()))));
}

TEST(AtomicFile, ThatCannotBeClosedIsNotTaken) {
  const TemporaryFolder folder;
  write_file(folder.file("a"), "old");
  files::set_watch([](const files::Event& event) { return event.call == files::Call::close ? EIO : 0; });
  EXPECT_THROW(write_file(folder.file("a"), "new"), InputError);
  files::set_watch(nullptr);
  EXPECT_EQ(read_file(folder.file("a")), "old");
}

TEST(LineLog, EachLineIsOnTheDiskWhenItIsAppended) {
  const TemporaryFolder folder;
  LineLog log(folder.file("cells.jsonl"));
  const test::SyncedPaths synced;
  log.append("{}");
  log.append("{}");
  EXPECT_EQ(test::SyncedPaths::order(), "wsws");
}

TEST(AtomicFile, AFullDiskAtAnyByteLeavesTheOldFileAndNothingElse) {
  TemporaryFolder folder;
  const std::string path = folder.file("result.json"), next(300, 'x');
  write_file(path, "old");
  for (rlim_t limit = 0; limit < next.size(); limit += 7) {
    const FileSizeLimit full(limit);
    try {
      write_file(path, next);
      FAIL() << "written despite a limit of " << limit;
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()), path + ": cannot be written: File too large");
      EXPECT_EQ(static_cast<int>(error.code()), 4);
    }
    EXPECT_EQ(read_file(path), "old");
    EXPECT_EQ(folder.entries(), 1u);
  }
}

TEST(AtomicFile, AFolderInTheWayOrNoFolderIsAnError) {
  TemporaryFolder folder;
  std::filesystem::create_directory(folder.file("taken"));
  EXPECT_THROW(write_file(folder.file("taken"), "x"), InputError);
  EXPECT_THROW(write_file(folder.file("missing/file"), "x"), InputError);
  EXPECT_EQ(folder.entries(), 1u);
}

TEST(AtomicFile, ReplacesASymbolicLinkInsteadOfFollowingIt) {
  TemporaryFolder folder;
  test::write_raw(folder.file("elsewhere"), "untouched");
  std::filesystem::create_symlink(folder.file("elsewhere"), folder.file("link"));
  write_file(folder.file("link"), "new");
  EXPECT_EQ(read_file(folder.file("elsewhere")), "untouched");
  EXPECT_EQ(read_file(folder.file("link")), "new");
}

TEST(AtomicFile, AReadOnlyFolderIsAnError) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  TemporaryFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_THROW(write_file(folder.file("x"), "x"), InputError);
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
}

TEST(LineLog, KeepsWholeLinesOnly) {
  TemporaryFolder folder;
  const std::string path = folder.file("metrics.jsonl");
  LineLog log(path);
  log.append("{\"a\":1}");
  {
    const FileSizeLimit full(12);
    EXPECT_THROW(log.append("{\"b\":22222}"), InputError);
  }
  EXPECT_EQ(read_file(path), "{\"a\":1}\n");
  log.append("{\"c\":3}");
  EXPECT_EQ(read_file(path), "{\"a\":1}\n{\"c\":3}\n");
}

}  // namespace
}  // namespace sprig
