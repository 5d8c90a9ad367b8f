// Philox against Random123's published vectors, and the counters that random.hpp builds for it.
#include "sprig/core/philox.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "sprig/core/random.hpp"

namespace sprig {
namespace {

using Words = std::array<std::uint32_t, 4>;

Words words(const PhiloxBlock& b) { return {b.word[0], b.word[1], b.word[2], b.word[3]}; }

TEST(Philox, ReproducesThePublishedVectors) {
  EXPECT_EQ(words(philox4x32({{0, 0, 0, 0}}, 0, 0)), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const std::uint32_t ff = 0xffffffff;
  EXPECT_EQ(words(philox4x32({{ff, ff, ff, ff}}, ff, ff)), (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(words(philox4x32({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0xa4093822, 0x299f31d0)),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, EveryBitOfCounterAndKeyChangesAboutHalfTheOutput) {
  const PhiloxBlock zero{{0, 0, 0, 0}};
  const Words base = words(philox4x32(zero, 0, 0));
  for (int bit = 0; bit < 192; ++bit) {
    PhiloxBlock counter = zero;
    std::uint32_t key[2] = {0, 0};
    const std::uint32_t flip = 1u << (bit % 32);
    if (bit < 128) {
      counter.word[bit / 32] ^= flip;
    } else {
      key[(bit - 128) / 32] ^= flip;
    }
    const Words changed = words(philox4x32(counter, key[0], key[1]));
    int differing = 0;
    for (int i = 0; i < 4; ++i) differing += std::popcount(base[i] ^ changed[i]);
    EXPECT_GT(differing, 64 - 34) << "input bit " << bit;  // 6 standard deviations of a binomial(128, 1/2)
    EXPECT_LT(differing, 64 + 34) << "input bit " << bit;
  }
}

TEST(Random, DrawBlockPutsIdAndIndexInTheCounterAndSeedAndStreamInTheKey) {
  const auto block = draw_block(7, Stream::weight, 0x123456789abcdef0ull, 0x0fedcba987654321ull);
  EXPECT_EQ(words(block), words(philox4x32({{0x9abcdef0, 0x12345678, 0x87654321, 0x0fedcba9}}, 7, 3)));
}

TEST(Random, StepBlockServesFourStepsAndSeparatesNeuronsReplicasAndSteps) {
  const auto block = [](std::uint32_t neuron, std::uint32_t replica, std::uint64_t step) {
    return words(step_block(11, Stream::test, neuron, replica, step));
  };
  const std::uint64_t far = std::uint64_t{1} << 40;
  EXPECT_EQ(block(5, 2, far), words(philox4x32({{5, 2, 0, 1u << 6}}, 11, 0xFFFF)));
  for (std::uint64_t first : {std::uint64_t{0}, std::uint64_t{4}, far}) {
    for (std::uint64_t offset = 1; offset < 4; ++offset) EXPECT_EQ(block(5, 2, first), block(5, 2, first + offset));
    EXPECT_NE(block(5, 2, first), block(5, 2, first + 4));
  }
  std::set<Words> seen;
  for (std::uint32_t neuron = 0; neuron < 8; ++neuron) {
    for (std::uint32_t replica = 0; replica < 8; ++replica) {
      for (std::uint64_t quarter = 0; quarter < 8; ++quarter) seen.insert(block(neuron, replica, 4 * quarter));
    }
  }
  EXPECT_EQ(seen.size(), 512u);
}

TEST(Random, StreamIdsAreFrozen) {
  // A changed id changes every published result: add ids, never alter one.
  const std::map<Stream, std::uint32_t> published = {
      {Stream::connectivity, 1},
      {Stream::rewiring, 2},
      {Stream::weight, 3},
      {Stream::delay, 4},
      {Stream::tau_membrane, 16},
      {Stream::initial_potential, 17},
      {Stream::input_weight, 18},
      {Stream::neuron_sign, 19},
      {Stream::poisson_drive, 32},
      {Stream::gaussian_drive, 33},
      {Stream::encoder, 34},
      {Stream::keep_synapse, 48},
      {Stream::random_prune, 49},
      {Stream::random_prune_neuron, 50},
      {Stream::task_initial_state, 64},
      {Stream::task_start, 65},
      {Stream::tangent_frame, 80},
      {Stream::finite_perturbation, 81},
      {Stream::covariance_noise, 82},
      {Stream::series_input, 116},
      {Stream::test, 0xFFFF},
  };
  for (const auto& [stream, id] : published) EXPECT_EQ(static_cast<std::uint32_t>(stream), id);
}

TEST(Random, UniformOpenNeverReachesZeroOrOne) {
  EXPECT_EQ(uniform_open(0u, 0u), std::ldexp(1.0, -53));
  EXPECT_EQ(uniform_open(~0u, ~0u), 1.0 - std::ldexp(1.0, -53));
  EXPECT_EQ(uniform_open(0x80000000u, 0u), 0.5 + std::ldexp(1.0, -53));
}

TEST(Random, UniformOpenIgnoresOnlyTheLowestTwelveBits) {
  EXPECT_EQ(uniform_open(123u, 0xABCDE000u), uniform_open(123u, 0xABCDEFFFu));
  EXPECT_LT(uniform_open(123u, 0xABCDE000u), uniform_open(123u, 0xABCDF000u));
}

TEST(Random, UniformOpenIsUniformAndStreamsAreUncorrelated) {
  constexpr int kDraws = 200000, kBins = 100;
  std::vector<int> count(kBins);
  double product = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = uniform_open(1, Stream::test, static_cast<std::uint64_t>(i), 0);
    ++count[static_cast<int>(x * kBins)];
    product += (x - 0.5) * (uniform_open(1, Stream::encoder, static_cast<std::uint64_t>(i), 0) - 0.5);
  }
  double chi2 = 0;
  for (int c : count) chi2 += std::pow(c - kDraws / kBins, 2) / (kDraws / kBins);
  EXPECT_LT(chi2, 173);                                                 // chi2 with 99 degrees of freedom: p = 6e-6
  EXPECT_GT(chi2, 43);                                                  // too even is as wrong: p = 1e-7
  EXPECT_LT(std::abs(product / kDraws * 12), 4.5 / std::sqrt(kDraws));  // correlation within 4.5 standard errors
}

}  // namespace
}  // namespace sprig
