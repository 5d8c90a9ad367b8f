#include "sprig/session/run_folder.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace sprig {
namespace {

using test::read_file;
using test::TemporaryFolder;

TEST(RunFolder, AReusedFolderLosesWhatAnEarlierRunLeftAndNothingElse) {
  TemporaryFolder folder;
  std::filesystem::create_directories(folder.file("models"));
  for (const char* name : {"result.json", "network.npz.tmp-123", "result.json.tmp-9", "config.resolved.toml.tmp-77",
                           "models/asp-1.npz.tmp-5", "models/asp-1.npz", "models/notes.txt.tmp-5", "notes.txt",
                           "notes.txt.tmp-5", "result.json.tmp-", "result.json.tmp-5x"})
    test::write_raw(folder.file(name), "x");
  const RunFolder run(folder.path());
  for (const char* name : {"result.json", "network.npz.tmp-123", "result.json.tmp-9", "config.resolved.toml.tmp-77",
                           "models/asp-1.npz.tmp-5"})
    EXPECT_FALSE(std::filesystem::exists(folder.file(name))) << name;
  for (const char* name : {"notes.txt", "notes.txt.tmp-5", "result.json.tmp-", "result.json.tmp-5x", "models/asp-1.npz",
                           "models/notes.txt.tmp-5"})
    EXPECT_TRUE(std::filesystem::exists(folder.file(name))) << name;
}

}  // namespace
}  // namespace sprig
