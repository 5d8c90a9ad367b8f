// Changes of the file system: links, short writes, and that what is made or renamed is on the disk.
#include "sprig/core/files.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <vector>

#include "sprig/core/error.hpp"
#include "tests/support/synced_paths.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig::files {
namespace {

using test::SyncedPaths;
using test::TemporaryFolder;

TEST(Files, AreNotOpenedThroughALink) {
  const TemporaryFolder folder;
  test::write_raw(folder.file("theirs"), "kept");
  std::filesystem::create_symlink(folder.file("theirs"), folder.file("link"));
  EXPECT_EQ(open(folder.file("link").c_str(), O_WRONLY | O_CREAT | O_TRUNC), -1);
  EXPECT_EQ(errno, ELOOP);
  EXPECT_EQ(test::read_file(folder.file("theirs")), "kept");
}

TEST(Files, AShortWriteGoesOnUntilAllIsWrittenOrAnErrorSaysWhy) {
  const TemporaryFolder folder;
  const std::string path = folder.file("file"), text(3000, 'x');
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {  // the limit is the process's, so it is set in one of its own
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit most{2000, 2000};
    const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT);
    if (descriptor < 0 || ::setrlimit(RLIMIT_FSIZE, &most) != 0) ::_exit(1);
    ::_exit(write_all(descriptor, text.data(), text.size()) == EFBIG ? 0 : 2);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(std::filesystem::file_size(path), 2000u);
}

TEST(Files, AFolderIsRemovedWithItsLinksAndNotWithWhatTheyLeadTo) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.file("theirs"));
  test::write_raw(folder.file("theirs/kept"), "kept");
  std::filesystem::create_directories(folder.file("ours/within"));
  test::write_raw(folder.file("ours/within/file"), "gone");
  std::filesystem::create_directory_symlink(folder.file("theirs"), folder.file("ours/link"));
  std::filesystem::create_symlink(folder.file("nowhere"), folder.file("ours/dangling"));
  remove_tree(folder.file("ours"));
  EXPECT_FALSE(std::filesystem::exists(folder.file("ours")));
  EXPECT_EQ(test::read_file(folder.file("theirs/kept")), "kept");
  remove_tree(folder.file("ours"));  // what is not there is no error
}

TEST(Files, FoldersThatAreMadeAreSyncedIntoTheirs) {
  const TemporaryFolder folder;
  const SyncedPaths synced;
  make_folders(folder.file("a/b"));
  EXPECT_TRUE(std::filesystem::is_directory(folder.file("a/b")));
  EXPECT_TRUE(SyncedPaths::has(folder.path()));
  EXPECT_TRUE(SyncedPaths::has(folder.file("a")));
}

TEST(Files, ARenameIsSyncedIntoBothFolders) {
  const TemporaryFolder folder;
  make_folders(folder.file("from"));
  make_folders(folder.file("to"));
  test::write_raw(folder.file("from/file"), "moved");
  const SyncedPaths synced;
  rename_file(folder.file("from/file"), folder.file("to/file"));
  EXPECT_EQ(test::read_file(folder.file("to/file")), "moved");
  EXPECT_TRUE(SyncedPaths::has(folder.file("from")));
  EXPECT_TRUE(SyncedPaths::has(folder.file("to")));
}

TEST(Files, AFolderThatCannotBeSyncedIsAnError) {
  const TemporaryFolder folder;
  set_watch([](const Event& event) { return event.call == Call::sync ? EIO : 0; });
  EXPECT_EQ(sync_folder(folder.path()), EIO);
  EXPECT_THROW(make_folders(folder.file("a")), InputError);
  set_watch(nullptr);
  EXPECT_EQ(sync_folder(folder.path()), 0);
}

}  // namespace
}  // namespace sprig::files
