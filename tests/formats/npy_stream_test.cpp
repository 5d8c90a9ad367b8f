// Arrays that grow: read while they are written, after a kill, and when the disk is full.
#include "sprig/formats/npy_stream.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <numeric>

#include "sprig/core/error.hpp"
#include "sprig/formats/npz.hpp"
#include "tests/support/python.hpp"
#include "tests/support/synced_paths.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig {
namespace {

using test::TemporaryFolder;

constexpr const char* kPair = "[('step', '<u4'), ('neuron', '<u4')]";

// What NumPy reads: the number of rows, the sum of all bytes as 32-bit numbers, and the same through a memory map.
std::vector<double> read_by_numpy(const std::string& path) {
  const auto numbers = test::python_numbers(
      "npy_stream",
      "import numpy as np\nfor mode in (None, 'r'):\n  a = np.load('" + path +
          "', mmap_mode=mode)\n  print(len(a), np.frombuffer(a.tobytes(), '<u4').sum(dtype='u8'))\n",
      "numpy");
  return numbers.value_or(std::vector<double>{});
}

TEST(NpyStream, AWholeFileIsThatOfTheSameArrayButForItsPadding) {
  TemporaryFolder folder;
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  NpyStream stream(folder.file("a.npy"), "<f4", {2}, 8);
  for (std::size_t row = 0; row < 3; ++row) stream.append(values.data() + 2 * row, 1);
  stream.close();
  write_npy(folder.file("b.npy"), npy_vector("", values, {3, 2}));
  const std::string a = test::read_file(folder.file("a.npy")), b = test::read_file(folder.file("b.npy"));
  EXPECT_EQ(a.substr(a.size() - 24), b.substr(b.size() - 24));
  EXPECT_EQ((a.size() - 24) % 64, 0u);
  if (const auto read = test::python_numbers(
          "npy_whole", "import numpy as np\na = np.load('" + folder.file("a.npy") + "')\nprint(*a.shape, *a.ravel())\n",
          "numpy")) {
    EXPECT_EQ(*read, (std::vector<double>{3, 2, 1, 2, 3, 4, 5, 6}));
  }
}

// A header never counts rows that a power cut may take, and a closed file is on the disk, header and all.
TEST(NpyStream, RowsAreOnTheDiskBeforeTheHeaderThatCountsThem) {
  const TemporaryFolder folder;
  const std::vector<float> values{1, 2};
  NpyStream stream(folder.file("a.npy"), "<f4", {}, 4);
  const test::SyncedPaths synced;
  stream.append(values.data(), 2);
  stream.flush();
  EXPECT_EQ(test::SyncedPaths::order(), "wsw");
  stream.append(values.data(), 2);
  stream.close();
  EXPECT_EQ(test::SyncedPaths::order(), "wswwsws");
}

TEST(NpyStream, NumPyReadsWhatWasFlushedAndNothingElse) {
  TemporaryFolder folder;
  std::vector<std::uint32_t> values(2000);
  std::iota(values.begin(), values.end(), 1u);
  const std::string path = folder.file("a.npy");
  NpyStream stream(path, kPair, {}, 8);
  if (read_by_numpy(path).empty()) GTEST_SKIP() << "needs /usr/bin/python3 with NumPy";
  EXPECT_EQ(read_by_numpy(path), (std::vector<double>{0, 0, 0, 0})) << "before anything is written";
  stream.append(values.data(), 1000);
  EXPECT_EQ(read_by_numpy(path), (std::vector<double>{0, 0, 0, 0})) << "not flushed";
  stream.flush();
  stream.append(values.data(), 500);
  const double sum = 2000.0 * 2001 / 2;
  EXPECT_EQ(read_by_numpy(path), (std::vector<double>{1000, sum, 1000, sum})) << "rows behind them are not counted";
}

TEST(NpyStream, IsReadableUpToTheLastFlushAfterAKill) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.npy");
  const std::vector<std::uint32_t> values(2000, 1);
  const pid_t child = fork();
  if (child == 0) {
    NpyStream stream(path, kPair, {}, 8);
    stream.append(values.data(), 1000);
    stream.flush();
    stream.append(values.data(), 700);
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  const auto read = read_by_numpy(path);
  if (read.empty()) GTEST_SKIP() << "needs /usr/bin/python3 with NumPy";
  EXPECT_EQ(read, (std::vector<double>{1000, 2000, 1000, 2000}));
}

TEST(NpyStream, AFullDiskIsAnInputErrorAndLeavesWhatWasFlushed) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.npy");
  const std::vector<std::uint32_t> values(20000, 1);
  const pid_t child = fork();
  if (child == 0) {
    const rlimit limit{65536, 65536};
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_IGN);
    NpyStream stream(path, kPair, {}, 8);
    stream.append(values.data(), 5000);
    stream.flush();
    try {
      stream.append(values.data(), 10000);
    } catch (const InputError& error) {
      _exit(error.where() == path && std::strstr(error.what(), "cannot be written") ? 7 : 1);
    }
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  const auto read = read_by_numpy(path);
  if (read.empty()) GTEST_SKIP() << "needs /usr/bin/python3 with NumPy";
  EXPECT_EQ(read, (std::vector<double>{5000, 10000, 5000, 10000}));
}

TEST(NpyStream, AFileThatWasRemovedMeanwhileIsSaid) {
  TemporaryFolder folder;
  NpyStream stream(folder.file("a.npy"), "<f8", {}, 8);
  const double one = 1;
  stream.append(&one, 1);
  std::filesystem::remove(folder.file("a.npy"));
  EXPECT_THROW(stream.flush(), InputError);
}

TEST(NpyStream, AnotherStreamOfThatNameIsAnotherFile) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.npy");
  const std::uint32_t one[2] = {1, 1}, two[2] = {2, 2};
  NpyStream first(path, kPair, {}, 8);
  first.append(one, 1);
  NpyStream second(path, kPair, {}, 8);
  second.append(two, 1);
  EXPECT_THROW(first.flush(), InputError);
  second.close();
  const auto read = read_by_numpy(path);
  if (read.empty()) GTEST_SKIP() << "needs /usr/bin/python3 with NumPy";
  EXPECT_EQ(read, (std::vector<double>{1, 4, 1, 4}));
}

// Two rows of 8 bytes that a position is taken of, and more behind them.
class ResumedNpyStream : public ::testing::Test {
 protected:
  ResumedNpyStream() {
    NpyStream stream(path_, kPair, {}, 8);
    stream.append(values_.data(), 500);
    stream.flush();
    at_ = stream.position();
    stream.append(values_.data() + 1000, 200);
    stream.close();
  }
  // What is wrong with going on with it.
  std::string refusal(const std::string& type = kPair, std::size_t row_bytes = 8) {
    const std::string before = test::read_file(path_);
    try {
      NpyStream(path_, type, {}, row_bytes, at_);
    } catch (const InputError& error) {
      EXPECT_EQ(error.where(), path_);
      EXPECT_EQ(test::read_file(path_), before) << "the file is left as it is";
      return error.what();
    }
    return "";
  }
  void damage(std::size_t at) {
    std::string bytes = test::read_file(path_);
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    test::write_raw(path_, bytes);
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.file("a.npy");
  std::vector<std::uint32_t> values_ = [] {
    std::vector<std::uint32_t> values(3000);
    std::iota(values.begin(), values.end(), 7u);
    return values;
  }();
  NpyPosition at_;
};

TEST_F(ResumedNpyStream, IsTheFileOfOneThatWasNeverClosed) {
  {
    NpyStream stream(path_, kPair, {}, 8, at_);
    EXPECT_EQ(stream.rows(), 500u);
    EXPECT_EQ(std::filesystem::file_size(path_) % 64, 500 * 8 % 64u) << "rows behind the position are gone";
    stream.append(values_.data() + 1000, 300);
    stream.close();
  }
  NpyStream whole(folder_.file("b.npy"), kPair, {}, 8);
  whole.append(values_.data(), 800);
  whole.close();
  EXPECT_EQ(test::read_file(path_), test::read_file(folder_.file("b.npy")));
}

TEST_F(ResumedNpyStream, ThatIsFlushedAtOnceHasTheRowsOfItsPosition) {
  NpyStream(path_, kPair, {}, 8, at_).close();
  NpyStream shorter(folder_.file("b.npy"), kPair, {}, 8);
  shorter.append(values_.data(), 500);
  shorter.close();
  EXPECT_EQ(test::read_file(path_), test::read_file(folder_.file("b.npy")));
}

TEST_F(ResumedNpyStream, OfAnotherFileIsRefusedByNameAndChangesNothing) {
  EXPECT_NE(refusal("<f8").find("another header"), std::string::npos);
  const std::size_t size = std::filesystem::file_size(path_);
  damage(size - 1);  // behind the position: it goes anyway
  EXPECT_EQ(refusal(), "");
  for (const std::size_t at : {size - 200 * 8 - 1, size - 700 * 8, size - 400 * 8}) {
    damage(at);
    EXPECT_NE(refusal().find("other rows"), std::string::npos) << at;
    damage(at);
  }
  EXPECT_EQ(refusal(), "");
  damage(3);
  EXPECT_NE(refusal().find("another header"), std::string::npos);
  damage(3);
  std::filesystem::resize_file(path_, size - 200 * 8 - 1);
  EXPECT_NE(refusal().find("has 499 rows, and had 500"), std::string::npos);
  std::filesystem::resize_file(path_, 20);
  EXPECT_NE(refusal().find("cut short"), std::string::npos);
}

TEST_F(ResumedNpyStream, OfNoPlainFileIsRefused) {
  const std::string there = folder_.file("there.npy");
  std::filesystem::rename(path_, there);
  EXPECT_THROW(NpyStream(path_, kPair, {}, 8, at_), InputError);
  std::filesystem::create_symlink(there, path_);
  EXPECT_THROW(NpyStream(path_, kPair, {}, 8, at_), InputError);
  std::filesystem::remove(path_);
  std::filesystem::create_directory(path_);
  EXPECT_THROW(NpyStream(path_, kPair, {}, 8, at_), InputError);
}

TEST_F(ResumedNpyStream, MayBeStoppedWhileItIsRead) {
  const std::string before = test::read_file(path_);
  EXPECT_THROW(NpyStream(path_, kPair, {}, 8, at_, Progress([](double) { return false; })), Interrupted);
  EXPECT_EQ(test::read_file(path_), before);
}

TEST(NpyStream, AFolderThatIsNotThereIsSaid) {
  EXPECT_THROW(NpyStream("/nonexistent/a.npy", "<f4", {}, 4), InputError);
}

}  // namespace
}  // namespace sprig
