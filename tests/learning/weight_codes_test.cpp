// Weights of fewer bits: codes and their rounding, by hand and by their law; packed rows against plain ones.
#include "sprig/learning/competitive/weight_codes.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "host/learning/competitive/rounding.hpp"
#include "sprig/learning/competitive/constants.hpp"
#include "sprig/learning/competitive/weights.hpp"
#include "tests/kernels/competitive_cases.hpp"
#include "tests/learning/competitive_support.hpp"

namespace sprig {
namespace {

using test::job;
using test::narrow_cases;
using test::noise;
using test::Pictures;
using test::presented;

constexpr std::uint32_t kWidths[] = {16, 8, 6, 5, 4};

WeightCodes codes_of(std::uint32_t bits, double weight_max = 1) {
  CompetitiveOptions o;
  o.weight_bits = bits;
  o.weight_max = weight_max;
  return weight_codes(o);
}

TEST(WeightCodes, EveryCodeComesBackWhateverTheRounding) {
  for (const std::uint32_t bits : kWidths)
    for (const double most : {1.0, 0.3, 7.77, 1e-3, 123456.789}) {
      const WeightCodes codes = codes_of(bits, most);
      ASSERT_EQ(codes.top, (1u << bits) - 1);
      for (std::uint32_t code = 0; code <= codes.top; ++code)
        for (const float level : {kNeverUp, kUpFromHalf, level_of_draw(0), level_of_draw(65535)})
          ASSERT_EQ(rounded_code(codes, codes.weight(code), level), code) << bits << ' ' << most << ' ' << level;
    }
}

TEST(WeightCodes, BetweenTwoCodesTheRoundingDecides) {
  const WeightCodes codes = codes_of(4);
  const auto at = [&](double units, float level) { return rounded_code(codes, static_cast<float>(units / 16), level); };
  EXPECT_EQ(at(3.999, kNeverUp), 3u);
  EXPECT_EQ(at(3.499, kUpFromHalf), 3u);
  EXPECT_EQ(at(3.5, kUpFromHalf), 4u);
  EXPECT_EQ(at(3.25, level_of_draw(16383)), 4u);  // from 0.25 on
  EXPECT_EQ(at(3.25, level_of_draw(16384)), 3u);
  EXPECT_EQ(at(3 + 1.0 / 65536, level_of_draw(0)), 4u);
  EXPECT_EQ(at(3 + 1.0 / 65536, level_of_draw(1)), 3u);
}

// floor(x / q + r), r of the stream's 16 bits, on average x / q.
TEST(WeightCodes, StochasticRoundingKeepsTheMean) {
  constexpr std::uint32_t kDraws = 1'000'000;
  const WeightCodes codes = codes_of(4);
  for (const double fraction : {0.0016, 0.3, 0.5, 0.97}) {
    const auto w = static_cast<float>((5 + fraction) / 16);
    double sum = 0;
    for (std::uint32_t group = 0; group < kDraws / kCodeGroup; ++group) {
      const PhiloxBlock block = rounding_draws(1, 7, 99, RoundingPhase::row).block(group);
      for (std::uint32_t lane = 0; lane < kCodeGroup; ++lane)
        sum += rounded_code(codes, w, level_of_draw(RoundingDraws::draw(block, lane)));
    }
    const double error = std::sqrt(fraction * (1 - fraction) / kDraws);
    EXPECT_NEAR(sum / kDraws, 5 + fraction, 5 * error + 1.0 / 65536) << fraction;
  }
}

TEST(WeightCodes, LevelsOfManyGroupsAreThoseOfEach) {
  cpu::RoundingLevels levels(CodeRounding::stochastic);
  const RoundingDraws draws = rounding_draws(5, 3, std::uint64_t{1} << 40, RoundingPhase::norm);
  cpu::RoundingLevels::Groups groups;
  for (std::uint32_t k = 0; k < groups.size(); ++k) groups[k] = 1000 * k + 7;
  levels.begin(draws);
  const float* of = levels.of(groups);
  for (std::uint32_t k = 0; k < groups.size(); ++k)
    for (std::uint32_t lane = 0; lane < kCodeGroup; ++lane)
      EXPECT_EQ(of[k * kCodeGroup + lane], level_of_draw(RoundingDraws::draw(draws.block(groups[k]), lane)));
}

TEST(PackedWeights, KeepEachCodeApart) {
  for (const std::uint32_t bits : kWidths) {
    constexpr std::uint32_t kNeurons = 13, kInputs = 5;
    const WeightCodes codes = codes_of(bits);
    std::vector<std::uint32_t> words(kInputs * words_of_row(bits, kNeurons));
    const PackedWeights packed(words.data(), kNeurons, codes);
    const auto code = [&](std::uint32_t p, std::uint32_t j) { return (977 * p + 131 * j + p * j) & codes.top; };
    for (std::uint32_t round = 0; round < 2; ++round)  // over other codes too
      for (std::uint32_t p = 0; p < kInputs; ++p)
        for (std::uint32_t j = 0; j < kNeurons; ++j) packed.set(p, j, round == 0 ? codes.top : code(p, j));
    for (std::uint32_t p = 0; p < kInputs; ++p)
      for (std::uint32_t j = 0; j < kNeurons; ++j) {
        EXPECT_EQ(packed.code(p, j), code(p, j));
        EXPECT_EQ(packed.load(p, j), static_cast<float>(code(p, j)) * codes.unit);
      }
    EXPECT_EQ(words.size() * 32, std::size_t{kInputs} * 16 * stored_bits(bits));  // two groups a row
  }
}

// One weight through ten spikes of its input and its neuron, in each of ten steps, at 4 bits: 12 at first, and each
// step of both spikes, with traces of 1, adds rate_post - rate_pre.
TEST(NarrowWeights, OneSynapseThroughTenSpikesByHand) {
  CompetitiveOptions o = test::by_hand();
  o.weight_bits = 4;
  o.weight_max = o.initial_weight = 16;  // a unit of 1
  o.refractory_ms = 0;
  o.threshold_mv = -64.5;
  o.reset_mv = -65;
  o.theta_plus_mv = 0;
  o.steps = 11;  // the input of the first acts in the second
  o.rate_pre = 0.25;
  const auto after = [&](CodeRounding rounding) {
    o.weight_rounding = rounding;
    Pictures white({255}, 1);
    CompetitiveState state = initial_state(o, 1);
    PackedWeights(state.codes.data(), 1, weight_codes(o)).set(0, 0, 12);
    EXPECT_EQ(presented(o, state, white.images, {0}), std::vector<std::uint32_t>{10});
    return weights_of(o, state)[0];
  };
  o.rate_post = 0.5;
  EXPECT_EQ(after(CodeRounding::trunc), 12);    // 12.25 is cut to 12 each time
  EXPECT_EQ(after(CodeRounding::nearest), 12);  // and nearest to it
  std::uint32_t code = 12;
  for (std::uint64_t t = 1; t <= 10; ++t) {
    const PhiloxBlock block = rounding_draws(o.seed, 0, t, RoundingPhase::column).block(0);
    const double r = (65535 - (block.word[0] & 0xFFFF)) / 65536.0;
    code = static_cast<std::uint32_t>(std::min(code + 0.25, 15.0) + r);
  }
  EXPECT_GT(code, 12u);
  EXPECT_EQ(after(CodeRounding::stochastic), static_cast<float>(code));
  o.rate_post = 0.125;  // down by an eighth: truncation makes it a whole unit each time
  EXPECT_EQ(after(CodeRounding::nearest), 12);
  EXPECT_EQ(after(CodeRounding::trunc), 2);
  o.rate_post = 1;  // up by three quarters
  EXPECT_EQ(after(CodeRounding::nearest), 15);
  EXPECT_EQ(after(CodeRounding::trunc), 12);
}

// Plain loops over unpacked codes: every rule's change of every synapse in every step, as neuron and input say.
TEST(NarrowWeights, ThePairRuleIsThePlainSimulatorWithRounding) {
  for (const std::uint32_t bits : kWidths)
    for (const CodeRounding rounding : {CodeRounding::trunc, CodeRounding::nearest, CodeRounding::stochastic}) {
      constexpr std::uint32_t kSquare = 36;
      CompetitiveOptions o = test::lively(13);
      o.weight_bits = bits;
      o.weight_rounding = rounding;
      o.rate_pre = 5e-3, o.rate_post = 0.07;
      Pictures pictures = noise(4, kSquare);
      CompetitiveState fast = initial_state(o, kSquare), plain = fast;
      plain.weights = weights_of(o, fast);
      const WeightCodes codes = weight_codes(o);
      o.weight_max = codes.weight(codes.top);  // the plain one's bound
      const auto expected = test::plain_presentations(o, plain, pictures.images, 4, [&](test::Rounded at) {
        at.w = std::min(at.w, codes.weight(codes.top));
        if (at.w == codes.weight(rounded_code(codes, at.w, kNeverUp))) return at.w;
        const bool column = at.phase == RoundingPhase::column;
        const std::uint32_t group = column ? at.j * ((kSquare + 7) / 8) + at.p / 8 : at.p * ((13 + 7) / 8) + at.j / 8;
        const PhiloxBlock block = rounding_draws(o.seed, at.image, at.step, at.phase).block(group);
        const std::uint32_t lane = column ? at.p % 8 : at.j % 8,
                            draw = block.word[lane / 2] >> 16 * (lane % 2) & 0xFFFF;
        const double r = rounding == CodeRounding::trunc     ? 0
                         : rounding == CodeRounding::nearest ? 0.5
                                                             : (65535 - draw) / 65536.0;
        return codes.weight(static_cast<std::uint32_t>(std::floor(at.w * codes.per_unit + r)));
      });
      o.weight_max = 1;
      EXPECT_EQ(presented(o, fast, pictures.images, {0, 1, 2, 3}), expected) << bits;
      EXPECT_EQ(weights_of(o, fast), plain.weights) << bits << name_of(rounding);
      EXPECT_EQ(fast.theta, plain.theta) << bits;
    }
}

TEST(NarrowWeights, NeitherPiecesNorThreadsNorCompanyChangeABit) {
  for (const test::CompetitiveCase& c : narrow_cases(11, 25)) {
    Pictures pictures = noise(5, 60);
    CompetitiveState whole = initial_state(c.options, 60), pieces = whole, other = whole;
    const auto counts = presented(c.options, whole, pictures.images, {4, 1, 2});
    presented(c.options, pieces, pictures.images, {4});
    const std::vector<std::uint32_t> rest{1, 2};
    std::vector<Presentations> jobs{job(c.options, other, pictures.images, rest),
                                    job(c.options, pieces, pictures.images, rest)};
    cpu::present(jobs, 3);
    EXPECT_EQ(whole.codes, pieces.codes) << c.name;
    EXPECT_EQ(whole.theta, pieces.theta) << c.name;
    EXPECT_EQ(std::vector<std::uint32_t>(counts.begin() + 11, counts.end()), jobs[1].counts) << c.name;
    EXPECT_NE(whole.codes, other.codes) << c.name;
  }
}

// Between presentations of codes a model is what a 32-bit one makes of them, rounded once.
TEST(NarrowWeights, OnceAPresentationIsA32BitPresentationAndARounding) {
  CompetitiveOptions narrow = test::lively(13), wide = narrow;
  narrow.weight_bits = 5;
  narrow.weight_rounding = CodeRounding::nearest;
  narrow.weight_rounds = RoundingTime::presentation;
  const WeightCodes codes = weight_codes(narrow);
  wide.weight_max = codes.weight(codes.top);
  Pictures pictures = noise(3, 36);
  CompetitiveState a = initial_state(narrow, 36), b = a;
  b.codes.clear();
  b.weights = weights_of(narrow, a);
  for (const std::uint32_t image : {0u, 1u, 2u}) {
    wide.initial_weight = 0.5;
    EXPECT_EQ(presented(narrow, a, pictures.images, {image}), presented(wide, b, pictures.images, {image}));
    for (float& w : b.weights) w = codes.weight(rounded_code(codes, w, kUpFromHalf));
    EXPECT_EQ(weights_of(narrow, a), b.weights);
    EXPECT_EQ(a.theta, b.theta);
  }
}

TEST(NarrowWeights, ExtremeCodesAreCounted) {
  CompetitiveOptions o = test::lively(4);
  o.weight_bits = 4;
  CompetitiveState state = initial_state(o, 36);
  const PackedWeights packed(state.codes.data(), 4, weight_codes(o));
  for (std::uint32_t p = 0; p < 36; ++p)
    for (std::uint32_t j = 0; j < 4; ++j) packed.set(p, j, j == 0 ? 3 : j == 1 ? 0 : 15);
  EXPECT_DOUBLE_EQ(extreme_codes(o, state), 0.75);
}

}  // namespace
}  // namespace sprig
