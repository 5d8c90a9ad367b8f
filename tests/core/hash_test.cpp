// FNV-1a against its published values, and what the fingerprint tells apart. Views beside it: they are as small.
#include "sprig/core/hash.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <type_traits>
#include <vector>

#include "sprig/core/view.hpp"

namespace sprig {
namespace {

std::string hash_of(const char* text) { return Hash().bytes(text, std::strlen(text)).hex(); }

TEST(Hash, IsTheSixtyFourBitFnv1a) {
  EXPECT_EQ(hash_of(""), "cbf29ce484222325");
  EXPECT_EQ(hash_of("a"), "af63dc4c8601ec8c");
  EXPECT_EQ(hash_of("foobar"), "85944171f73967e8");
}

TEST(Hash, SmallNumbersAreThoseOfTheirBytes) {
  for (const std::uint64_t value :
       {0ull, 1ull, 255ull, 256ull, 0x10000ull, 0xFFFFFFFFull, 0x100000000ull, ~0ull, 0xFF00ull << 40}) {
    EXPECT_EQ(Hash().add_small(value).value(), Hash().add(value).value()) << value;
    const auto half = static_cast<std::uint32_t>(value);
    EXPECT_EQ(Hash().add_small(half).value(), Hash().add(half).value()) << half;
  }
}

TEST(Hash, HexHasSixteenDigitsOfTheValue) {
  const Hash h = Hash().add(std::uint32_t{42});
  EXPECT_EQ(h.hex().size(), 16u);
  EXPECT_EQ(std::stoull(h.hex(), nullptr, 16), h.value());
}

TEST(Hash, TellsWhereOneVectorEndsAndTheNextBegins) {
  const std::vector<int> one{1}, two{2, 3}, three{1, 2}, four{3}, none;
  EXPECT_NE(Hash().add(one).add(two).value(), Hash().add(three).add(four).value());
  EXPECT_NE(Hash().add(none).add(one).value(), Hash().add(one).add(none).value());
  EXPECT_NE(Hash().add(none).value(), Hash().value());
}

TEST(Hash, SeesTheLastBitOfAFloatAndTheSignOfZero) {
  EXPECT_NE(Hash().add(1.0f).value(), Hash().add(std::nextafter(1.0f, 2.0f)).value());
  EXPECT_NE(Hash().add(0.0).value(), Hash().add(-0.0).value());
}

TEST(View, SharesTheVectorsStorage) {
  std::vector<int> v{1, 2, 3};
  const View<int> view(v);
  view[1] = 7;
  const View<const int> constant = view;
  EXPECT_EQ(v[1], 7);
  EXPECT_EQ(constant.data, v.data());
  EXPECT_EQ(constant.size, 3u);
  EXPECT_EQ(std::vector<int>(constant.begin(), constant.end()), v);
  EXPECT_TRUE(View<int>().empty());
}

TEST(View, NeverDropsConst) {
  EXPECT_FALSE((std::is_constructible_v<View<int>, const std::vector<int>&>));
  EXPECT_FALSE((std::is_constructible_v<View<int>, View<const int>>));
}

}  // namespace
}  // namespace sprig
