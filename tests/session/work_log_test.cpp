// What a verb has done so far, from one process to the next: whole lines and states are found, damaged ones never.
#include "sprig/session/work_log.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "host/session/piece_lines.hpp"
#include "sprig/core/crc32c.hpp"
#include "sprig/core/error.hpp"
#include "sprig/session/signals.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "pieces.jsonl";
constexpr int kPieces = 6;

std::string key(int k) { return "piece " + std::to_string(k); }
Json piece(int k) { return {{"k", k}, {"third", k / 3.0}, {"why", "a \"crc\":\"00000000\"} in it"}}; }

class WorkLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    WorkLog log(folder_.path(), {});
    log.open(kFile);
    for (int k = 0; k < kPieces; ++k) log.add(key(k), piece(k));
  }
  std::string path() const { return folder_.file(kFile); }
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    std::ifstream file(path());
    for (std::string line; std::getline(file, line);) all.push_back(line);
    return all;
  }
  void write(const std::string& text) const { std::ofstream(path(), std::ios::binary) << text; }
  void write(const std::vector<std::string>& all) const {
    std::string text;
    for (const std::string& line : all) text += line + "\n";
    write(text);
  }
  // The pieces that another process finds; what it finds must be what was added. Then it does the others, and the next
  // process must find all of them and say nothing.
  std::vector<int> found() const {
    std::vector<int> all;
    {
      WorkLog log(folder_.path(), {});
      log.open(kFile);
      for (int k = 0; k < kPieces; ++k) {
        if (const Json* was = log.find(key(k))) {
          Json expected = piece(k);
          expected["key"] = key(k);
          EXPECT_EQ(*was, expected);
          all.push_back(k);
        } else {
          log.add(key(k), piece(k));
        }
      }
      refused_ = log.refused();
    }
    WorkLog next(folder_.path(), {});
    next.open(kFile);
    for (int k = 0; k < kPieces; ++k) EXPECT_NE(next.find(key(k)), nullptr) << k;
    EXPECT_TRUE(next.refused().empty());
    return all;
  }
  std::string refused() const { return refused_.size() == 1 ? refused_[0] : std::to_string(refused_.size()); }

  test::TemporaryFolder folder_;
  mutable std::vector<std::string> refused_;
};

const std::vector<int> kAll{0, 1, 2, 3, 4, 5};

TEST_F(WorkLogTest, AnotherProcessFindsWhatWasAddedAndChangesNothing) {
  const std::vector<std::string> before = lines();
  EXPECT_EQ(found(), kAll);
  EXPECT_EQ(refused(), "0");
  EXPECT_EQ(lines(), before);
}

// The format, by the checksum alone: crc of the crc before and of the line without its own.
TEST_F(WorkLogTest, ALineSaysTheChecksumOfTheOneBeforeAndItself) {
  std::string before;
  for (const std::string& line : lines()) {
    const std::size_t at = line.rfind(",\"crc\":\"");
    const std::string without = line.substr(0, at) + "}", summed = before + without;
    char sum[9];
    std::snprintf(sum, sizeof sum, "%08x", crc32c(summed.data(), summed.size()));
    before = sum;
    EXPECT_EQ(line.substr(at), ",\"crc\":\"" + before + "\"}");
    EXPECT_TRUE(Json::parse(line).contains("key"));
  }
}

TEST_F(WorkLogTest, EveryBitThatIsFlippedIsFoundAndNoPieceIsEverAnother) {
  std::string text;
  for (const std::string& line : lines()) text += line + "\n";
  const std::vector<PieceLine> all = read_piece_lines(path()).whole;
  ASSERT_EQ(all.size(), kAll.size());
  for (std::size_t byte = 0; byte < text.size(); ++byte)
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = text;
      damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << bit));
      write(damaged);
      const PieceLines read = read_piece_lines(path());
      // One line, two where a newline or a checksum was hit.
      EXPECT_GE(read.damaged, 1u) << byte;
      EXPECT_GE(read.whole.size() + 2, all.size()) << byte;
      EXPECT_LT(read.whole.size(), all.size()) << byte;
      std::size_t next = 0;
      for (const PieceLine& line : read.whole) {
        while (next < all.size() && all[next].text != line.text) ++next;
        ASSERT_LT(next++, all.size()) << byte << ": " << line.text;
      }
    }
}

TEST_F(WorkLogTest, AFileThatIsCutAnywhereLosesWhatIsCutAlone) {
  std::string text;
  for (const std::string& line : lines()) text += line + "\n";
  for (std::size_t size = 0; size < text.size(); ++size) {
    write(text.substr(0, size));
    const PieceLines read = read_piece_lines(path());
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(size);
    const auto whole = static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
    EXPECT_EQ(read.whole.size(), whole) << size;
    EXPECT_EQ(read.damaged, size > 0 && text[size - 1] != '\n' ? 1u : 0u) << size;
  }
  write(text.substr(0, text.size() - 1));
  EXPECT_EQ(found(), std::vector<int>(kAll.begin(), kAll.end() - 1));
}

TEST_F(WorkLogTest, OnADigitThatChangedThePieceIsDoneAnewAndTheOthersStay) {
  std::vector<std::string> all = lines();
  all[2].replace(all[2].find("0.66"), 4, "0.65");
  write(all);
  EXPECT_EQ(found(), (std::vector<int>{0, 1, 3, 4, 5}));
  EXPECT_NE(refused().find("1 line is damaged, cut short or not in place, the first is line 3"), std::string::npos);
}

TEST_F(WorkLogTest, ALineThatWasTakenOutIsMissedByTheNext) {
  std::vector<std::string> all = lines();
  all.erase(all.begin() + 2);
  write(all);
  EXPECT_EQ(found(), (std::vector<int>{0, 1, 4, 5}));
  EXPECT_NE(refused().find("1 line is damaged, cut short or not in place, the first is line 3"), std::string::npos);
}

TEST_F(WorkLogTest, LinesThatChangedPlacesAreFound) {
  std::vector<std::string> all = lines();
  std::swap(all[1], all[3]);
  write(all);
  const std::vector<int> whole = found();
  EXPECT_EQ(std::count(whole.begin(), whole.end(), 1) + std::count(whole.begin(), whole.end(), 3), 0);
  EXPECT_NE(refused().find("the first is line 2"), std::string::npos) << refused();
}

TEST_F(WorkLogTest, ALineThatIsThereTwiceCountsOnce) {
  std::vector<std::string> all = lines();
  all.insert(all.begin() + 2, all[1]);
  write(all);
  EXPECT_EQ(found(), kAll);
  EXPECT_EQ(lines().size(), kAll.size());
}

TEST_F(WorkLogTest, LinesOfAnEarlierVersionAreSaidAndComputedAnew) {
  std::vector<std::string> all;
  for (int k = 0; k < kPieces; ++k) {
    Json old = piece(k);
    old["key"] = key(k);
    all.push_back(json_text(old));
  }
  write(all);
  EXPECT_TRUE(found().empty());
  EXPECT_NE(refused().find("6 lines are of an earlier version of sprig, without a checksum"), std::string::npos)
      << refused();
}

TEST_F(WorkLogTest, WhatIsNoLogIsRefusedLineByLine) {
  for (const std::string& text :
       {std::string("\n\n\n"), std::string(3000, 'x'), std::string(100, '\0') + "\n", std::string("{}\n[]\n\"key\"\n"),
        std::string(2000, '[') + "\n", std::string(",\"crc\":\"00000000\"}\n}\"}\n")}) {
    write(text);
    EXPECT_TRUE(found().empty());
    EXPECT_EQ(refused_.size(), 1u);
  }
}

// A pipe would be waited for.
TEST_F(WorkLogTest, WhatIsNoFileIsRefused) {
  fs::remove(path());
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  WorkLog log(folder_.path(), {});
  EXPECT_THROW(log.open(kFile), InputError);
  fs::remove(path());
  fs::create_directory(path());
  EXPECT_THROW(log.open(kFile), InputError);
}

TEST_F(WorkLogTest, TemporaryFilesOfKilledProcessesGoAndOthersStay) {
  for (const char* name :
       {"pieces.jsonl.tmp-999999999", "pieces.jsonl.tmp-", "pieces.jsonl.tmp-5x", "other.jsonl.tmp-5"})
    std::ofstream(folder_.file(name)) << "x";
  EXPECT_EQ(found(), kAll);
  EXPECT_FALSE(fs::exists(folder_.file("pieces.jsonl.tmp-999999999")));
  for (const char* name : {"pieces.jsonl.tmp-", "pieces.jsonl.tmp-5x", "other.jsonl.tmp-5"})
    EXPECT_TRUE(fs::exists(folder_.file(name))) << name;
}

TEST_F(WorkLogTest, LinesOfOtherKeysStay) {
  {
    WorkLog log(folder_.path(), {});
    log.open(kFile);
    EXPECT_EQ(log.find("of another grid"), nullptr);
    log.add("of another grid", {{"x", 1}});
  }
  EXPECT_EQ(found(), kAll);
  EXPECT_EQ(lines().size(), kAll.size() + 1);
}

TEST_F(WorkLogTest, WorkersMayAddAtOnce) {
  {
    WorkLog log(folder_.path(), {});
    log.open(kFile);
    std::vector<std::thread> workers;
    for (int w = 0; w < 4; ++w)
      workers.emplace_back([&, w] {
        for (int k = 0; k < 25; ++k) log.add("worker " + std::to_string(w) + " " + std::to_string(k), {{"w", w}});
      });
    for (std::thread& worker : workers) worker.join();
  }
  WorkLog log(folder_.path(), {});
  log.open(kFile);
  EXPECT_TRUE(log.refused().empty());
  for (int w = 0; w < 4; ++w)
    for (int k = 0; k < 25; ++k) {
      const Json* was = log.find("worker " + std::to_string(w) + " " + std::to_string(k));
      ASSERT_NE(was, nullptr);
      EXPECT_EQ((*was)["w"], w);
    }
}

// States of pieces under way.

void keep(const Checkpoints& checkpoints, int value) {
  checkpoints.keep([&](Writer& writer) { writer(value); });
}
int restored(const Checkpoints& checkpoints) {
  int value = -1;
  return checkpoints.restore([&](Reader& reader) { reader(value); }) ? value : -1;
}

class States : public ::testing::Test {
 protected:
  static constexpr CheckpointKey kKey{7};
  WorkLog log() const { return WorkLog(folder_.path(), {}); }
  std::string path(const std::string& name) const { return folder_.file("checkpoint/" + name + ".state"); }
  test::TemporaryFolder folder_;
};

TEST_F(States, AnotherProcessFindsTheNewest) {
  {
    WorkLog first = log();
    const Checkpoints one = first.checkpoints("one", kKey), two = first.checkpoints("two", kKey);
    EXPECT_EQ(restored(one), -1);
    EXPECT_FALSE(fs::exists(folder_.file("checkpoint"))) << "nothing is made before it is asked for";
    keep(one, 1), keep(two, 10), keep(one, 2), keep(one.part("a"), 3);
    EXPECT_EQ(restored(one), 2);
  }
  WorkLog second = log();
  const Checkpoints one = second.checkpoints("one", kKey);
  EXPECT_EQ(restored(one), 2);
  EXPECT_EQ(restored(one.part("a")), 3);
  EXPECT_EQ(restored(second.checkpoints("two", kKey)), 10);
  EXPECT_TRUE(second.refused().empty());
}

TEST_F(States, OfAnotherKeyAreNotGivenAndSaid) {
  WorkLog first = log();
  keep(first.checkpoints("one", kKey), 1);
  WorkLog second = log();
  EXPECT_EQ(restored(second.checkpoints("one", {8})), -1);
  ASSERT_EQ(second.refused().size(), 1u);
  EXPECT_NE(second.refused()[0].find("one.state: is of another configuration"), std::string::npos);
}

// Work that begins anew under a name keeps its states under its own key, in the same process too.
TEST_F(States, AreOfTheKeyThatTheirNameWasLastAskedForWith) {
  WorkLog mine = log();
  CheckpointKey other = kKey;
  other.hash += 1;
  keep(mine.checkpoints("one", kKey), 1);
  keep(mine.checkpoints("one", other), 2);
  WorkLog next = log();
  EXPECT_EQ(restored(next.checkpoints("one", other)), 2);
}

TEST_F(States, WhereWorkGoesOnFromIsSaidUnlessQuiet) {
  {
    WorkLog first = log();
    keep(first.checkpoints("one", kKey), 1);
  }
  for (const bool quiet : {false, true}) {
    std::vector<std::string> said;
    WorkLog next = log();
    next.tell([&](const std::string& sentence) { said.push_back(sentence); }, quiet);
    const Checkpoints one = next.checkpoints("one", kKey);
    EXPECT_EQ(restored(one), 1);
    one.goes_on("step 5");
    ASSERT_EQ(said.size(), quiet ? 0u : 1u);
    if (!quiet) {
      EXPECT_EQ(said[0].rfind("goes on from step 5 (checkpoint of ", 0), 0u) << said[0];
    }
  }
}

TEST_F(States, OneThatIsDamagedIsSaidAndTheOneBeforeIsUsed) {
  {
    WorkLog first = log();
    const Checkpoints one = first.checkpoints("one", kKey);
    keep(one, 1), keep(one, 2);
  }
  const auto damage = [&](const std::string& file) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(-18, std::ios::end);
    bytes.put('\x55');
  };
  damage(path("one"));
  {
    WorkLog second = log();
    EXPECT_EQ(restored(second.checkpoints("one", kKey)), 1);
    ASSERT_EQ(second.refused().size(), 1u);
    EXPECT_NE(second.refused()[0].find("one.state.previous is used"), std::string::npos) << second.refused()[0];
  }
  damage(path("one") + ".previous");
  WorkLog third = log();
  EXPECT_EQ(restored(third.checkpoints("one", kKey)), -1);
  EXPECT_EQ(restored(third.checkpoints("one", kKey)), -1);
  ASSERT_EQ(third.refused().size(), 2u) << "each is said once";
  EXPECT_NE(third.refused()[1].find("begins anew"), std::string::npos);
}

TEST_F(States, OfWorkThatIsDoneGoAndThoseOfOthersStay) {
  WorkLog first = log();
  const Checkpoints one = first.checkpoints("one", kKey), one_more = first.checkpoints("one_more", kKey);
  keep(one, 1), keep(one, 2), keep(one.part("a"), 3), keep(one_more, 4);
  one.drop();
  EXPECT_EQ(restored(one), -1);
  EXPECT_EQ(restored(one.part("a")), -1);
  EXPECT_EQ(restored(one_more), 4);
  first.finish();
  EXPECT_FALSE(fs::exists(folder_.file("checkpoint")));
}

TEST_F(States, WhatAKilledProcessLeftHalfWrittenGoes) {
  fs::create_directory(folder_.file("checkpoint"));
  std::ofstream(path("one") + ".tmp-999999999") << "half";
  WorkLog first = log();
  keep(first.checkpoints("one", kKey), 1);
  EXPECT_FALSE(fs::exists(path("one") + ".tmp-999999999"));
  EXPECT_EQ(restored(first.checkpoints("one", kKey)), 1);
}

TEST_F(States, AreDueByTimeEachByItself) {
  WorkLog often(folder_.path(), std::chrono::milliseconds(50)), never = log();
  const Checkpoints one = often.checkpoints("one", kKey), two = often.checkpoints("two", kKey);
  EXPECT_FALSE(one.due());
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  EXPECT_TRUE(often.checkpoints("one", kKey).due()) << "to ask for them again does not begin anew";
  keep(one, 1);
  EXPECT_FALSE(one.due());
  EXPECT_TRUE(two.due());
  EXPECT_FALSE(never.checkpoints("one", kKey).due());
}

TEST_F(States, OneIsDueAtOnceWhenAStopIsAskedFor) {
  const pid_t child = ::fork();
  if (child == 0) {
    install_signal_handlers();
    WorkLog never = log();
    const Checkpoints one = never.checkpoints("one", kKey);
    if (one.due()) ::_exit(1);
    ::raise(SIGTERM);
    ::_exit(one.due() ? 0 : 2);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(WorkLogTest, KeepsWhatStandsAndNothingElse) {
  const auto state = [&](const std::string& name) {
    int value = -1;
    WorkLog(folder_.path(), {}).checkpoints(name, {7}).restore([&](Reader& reader) { reader(value); });
    return value;
  };
  WorkLog log(folder_.path(), {});
  EXPECT_FALSE(log.keep_standing());
  const Checkpoints one = log.checkpoints("one", {7}), two = log.checkpoints("two", {7});
  {
    const Standing first = one.standing([](Writer& writer) { writer(1); });
    {
      const Standing second = two.standing([](Writer& writer) { writer(2); });
    }
    EXPECT_TRUE(log.keep_standing());
  }
  EXPECT_EQ(state("one"), 1);
  EXPECT_EQ(state("two"), -1);
  EXPECT_FALSE(log.keep_standing());
}

// The state that is being kept must not change until it is on the disk.
TEST_F(WorkLogTest, WorkWhoseStateIsBeingKeptWaits) {
  WorkLog log(folder_.path(), {});
  std::atomic<bool> writing{false}, written{false};
  std::thread keeper;
  {
    const Standing standing = log.checkpoints("one", {7}).standing([&](Writer& writer) {
      writing = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      writer(1);
      written = true;
    });
    keeper = std::thread([&] { EXPECT_TRUE(log.keep_standing()); });
    while (!writing) std::this_thread::yield();
  }
  EXPECT_TRUE(written);
  keeper.join();
}

TEST_F(WorkLogTest, IsWorthKeepingWhenTheWorkTookLong) {
  EXPECT_FALSE(WorkLog(folder_.path(), {}).checkpoints("one", {7}).worth_keeping());
  WorkLog often(folder_.path(), std::chrono::milliseconds(1));
  const Checkpoints states = often.checkpoints("one", {7});
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_TRUE(states.worth_keeping());
}

}  // namespace
}  // namespace sprig
