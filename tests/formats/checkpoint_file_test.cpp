#include "sprig/formats/checkpoint_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sprig/core/error.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig {
namespace {

struct Part {
  double value = 0;
  std::vector<std::uint32_t> list;
  static void persist(auto& self, auto& archive) { archive(self.value, self.list); }
  bool operator==(const Part&) const = default;
};
struct State {
  std::uint64_t step = 0;
  bool open = false;
  std::string name;
  std::vector<Part> parts;
  std::optional<Part> last;
  std::map<std::string, std::uint32_t> counts;
  static void persist(auto& self, auto& archive) {
    archive(self.step, self.open, self.name, self.parts, self.last, self.counts);
  }
  bool operator==(const State&) const = default;
};

State some_state(std::uint64_t step) {
  return {step,         true,
          "a \"name\"", {{0.1, {1, 2, 3}}, {-std::numeric_limits<double>::infinity(), {}}},
          Part{3, {7}}, {{"a", 1}, {"b", 2}}};
}

constexpr CheckpointKey kKey{42};

class CheckpointFile : public ::testing::Test {
 protected:
  void keep(std::uint64_t step) {
    write_checkpoint(path(), kKey, [&](Writer& writer) { writer(some_state(step)); });
  }
  State read(const std::string& from) {
    State state;
    read_checkpoint(from, kKey, [&](Reader& reader) { reader(state); });
    return state;
  }
  std::string path() const { return folder_.file("work.state"); }
  std::string refusal(const std::string& bytes) {
    test::write_raw(path(), bytes);
    try {
      read(path());
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }
  test::TemporaryFolder folder_;
};

TEST_F(CheckpointFile, GivesBackWhatWasPutIn) {
  keep(5);
  EXPECT_EQ(read(path()), some_state(5));
  EXPECT_EQ(find_checkpoint(path(), kKey).path, path());
}

TEST_F(CheckpointFile, OfSeveralBlocks) {
  std::vector<std::uint64_t> many(700'000), back;
  for (std::size_t k = 0; k < many.size(); ++k) many[k] = k * 0x9E3779B97F4A7C15ull;
  write_checkpoint(path(), kKey, [&](Writer& writer) { writer(many); });
  read_checkpoint(path(), kKey, [&](Reader& reader) { reader(back); });
  EXPECT_EQ(back, many);
}

TEST_F(CheckpointFile, EveryCutAndEveryFlippedBitIsRefusedByName) {
  keep(5);
  const std::string whole = test::read_file(path());
  ASSERT_EQ(refusal(whole), "");
  for (std::size_t size = 0; size < whole.size(); ++size)
    ASSERT_NE(refusal(whole.substr(0, size)).find(path()), std::string::npos) << size;
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    ASSERT_NE(refusal(flipped).find(path()), std::string::npos) << bit;
  }
  ASSERT_NE(refusal(whole + "x").find("damaged at its end"), std::string::npos);
}

TEST_F(CheckpointFile, ThePreviousOneIsFoundWhenTheNewestIsDamaged) {
  keep(5);
  keep(6);
  EXPECT_EQ(read(find_checkpoint(path(), kKey).path), some_state(6));
  std::string bytes = test::read_file(path());
  bytes[bytes.size() / 2] ^= 1;
  test::write_raw(path(), bytes);
  const CheckpointFound found = find_checkpoint(path(), kKey);
  EXPECT_EQ(read(found.path), some_state(5));
  ASSERT_EQ(found.refused.size(), 1u);
  EXPECT_NE(found.refused[0].find("is damaged between bytes"), std::string::npos) << found.refused[0];
}

TEST_F(CheckpointFile, OfOtherWorkIsNotFound) {
  keep(5);
  const CheckpointFound found = find_checkpoint(path(), {43});
  EXPECT_EQ(found.path, "");
  ASSERT_EQ(found.refused.size(), 1u);
  EXPECT_NE(found.refused[0].find("of another configuration"), std::string::npos);
}

TEST_F(CheckpointFile, OfALaterVersionIsRefusedAsSuch) {
  keep(5);
  std::string bytes = test::read_file(path());
  bytes[8] = 9;
  EXPECT_NE(refusal(bytes).find("has format version 9; this sprig reads version 2"), std::string::npos);
}

TEST_F(CheckpointFile, ReadingThatLeavesBytesOrWantsMoreIsAnError) {
  keep(5);
  EXPECT_THROW(read_checkpoint(path(), kKey,
                               [](Reader& reader) {
                                 std::uint64_t step;
                                 reader(step);
                               }),
               InputError);
  EXPECT_THROW(read_checkpoint(path(), kKey,
                               [](Reader& reader) {
                                 State a, b;
                                 reader(a, b);
                               }),
               InputError);
}

TEST_F(CheckpointFile, RemovedWithItsPredecessor) {
  keep(5), keep(6);
  remove_checkpoint(path());
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

}  // namespace
}  // namespace sprig
