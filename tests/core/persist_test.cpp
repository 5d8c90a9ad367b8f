// Values as bytes and back, and bytes that cannot be values.
#include "sprig/core/persist.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/memory_checkpoints.hpp"

namespace sprig {
namespace {

struct Part {
  std::string name;
  std::vector<double> values;
  bool operator==(const Part&) const = default;
  static void persist(auto& self, auto& archive) { archive(self.name, self.values); }
};

struct Whole {
  std::uint32_t count = 0;
  bool is_new = false;
  std::array<std::int16_t, 3> three{};
  std::optional<Part> perhaps, none;
  std::vector<Part> parts;
  std::map<std::string, std::uint64_t> numbers;
  std::pair<double, std::string> both;
  bool operator==(const Whole&) const = default;
  static void persist(auto& self, auto& archive) {
    archive(self.count, self.is_new, self.three, self.perhaps, self.none, self.parts, self.numbers, self.both);
  }
};

Whole example() {
  return {7,         true, {1, -2, 3}, Part{"a", {0.5, -0.0}}, {}, {{"", {}}, {"b", {1e300}}}, {{"x", 1}, {"y", 2}},
          {2.5, "z"}};
}

// What of `bytes` is read into `value`. Errors: as Reader.
template <class T>
void read(const std::vector<char>& bytes, T& value) {
  std::size_t used = 0;
  Reader reader(
      "state",
      [&](void* to, std::size_t size) {
        ASSERT_LE(used + size, bytes.size()) << "asked for more than there is";
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(used), size, static_cast<char*>(to));
        used += size;
      },
      bytes.size());
  reader(value);
  reader.finish();
}

template <class T>
std::string refusal(const std::vector<char>& bytes, T value = {}) {
  try {
    read(bytes, value);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Persist, EveryKindOfValueComesBack) {
  Whole back;
  read(persisted(example()), back);
  EXPECT_EQ(back, example());
}

TEST(Persist, WhatStoodInAValueBeforeIsGone) {
  Whole back = example();
  back.none = Part{"of before", {1}};
  back.parts.resize(5);
  back.numbers["of before"] = 3;
  back.three = {9, 9, 9};
  read(persisted(example()), back);
  EXPECT_EQ(back, example());
}

TEST(Persist, BytesThatEndEarlyAreRefusedWhereverTheyDo) {
  const std::vector<char> bytes = persisted(example());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_NE(refusal<Whole>({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}), "") << size;
}

TEST(Persist, BytesLeftOverAreRefused) {
  std::vector<char> bytes = persisted(example());
  bytes.push_back(0);
  EXPECT_EQ(refusal<Whole>(bytes), "state: has 1 bytes more than it should");
}

TEST(Persist, AListIsNotAllocatedByWhatItSaysOfItsLength) {
  const std::string longer = "state: has a list that is longer than the file";
  for (const std::uint64_t length : {std::uint64_t{2}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    EXPECT_EQ(refusal<std::vector<double>>(persisted(std::pair(length, 1.5))), longer) << length;
    EXPECT_EQ(refusal<std::string>(persisted(std::pair(length, 'c'))), longer) << length;
    EXPECT_EQ((refusal<std::map<char, char>>(persisted(std::pair(length, 'c')))), longer) << length;
  }
}

TEST(Persist, AYesOrNoIsOneOfThem) {
  EXPECT_EQ(refusal<bool>({2}), "state: has a yes or no that is neither");
  EXPECT_EQ(refusal<bool>({1}), "");
}

TEST(Checkpoints, PartsOfAPieceOfWorkKeepStatesOfTheirOwn) {
  const auto store = std::make_shared<test::MemoryCheckpoints>();
  const Checkpoints whole(store, "prune"), first = whole.part("round-1"), second = whole.part("round-2");
  int of_whole = 0, of_first = 1, of_second = 2;
  whole.keep([&](Writer& writer) { writer(of_whole); });
  first.keep([&](Writer& writer) { writer(of_first); });
  second.keep([&](Writer& writer) { writer(of_second); });
  const auto stored = [](const Checkpoints& of) {
    int value = -1;
    return of.restore([&](Reader& reader) { reader(value); }) ? value : -1;
  };
  EXPECT_EQ(stored(whole), 0);
  EXPECT_EQ(stored(first), 1);
  EXPECT_EQ(stored(second), 2);
  first.drop();
  EXPECT_EQ(stored(first), -1);
  EXPECT_EQ(stored(second), 2);
  whole.drop();
  EXPECT_EQ(stored(second), -1) << "its parts go with it";
  EXPECT_FALSE(Checkpoints().due()) << "nobody keeps any";
}

}  // namespace
}  // namespace sprig
