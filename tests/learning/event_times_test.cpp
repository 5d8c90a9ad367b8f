// Event times: known answers, gradients against an independent program, the same bits on threads, what is refused.
#include "sprig/learning/event_times/event_times.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "host/learning/event_times/image.hpp"
#include "sprig/core/error.hpp"
#include "sprig/learning/event_times/constants.hpp"
#include "tests/learning/event_times_support.hpp"

namespace sprig {
namespace {

using test::LabelledPictures;
using test::numbers_of;
using test::small_event_times;

constexpr double kNever = 10;

EventTimePass<double> one_unit(const std::vector<double>& times, const std::vector<double>& weights, double theta = 1) {
  EventTimePass<double> pass;
  pass.forward(times, weights.data(), 1, theta, kNever);
  const double one = 1;
  pass.set_factors(&one, 0, kNever);
  return pass;
}

const std::vector<double> kTimes{0.1, 0.3, 0.5, 1.4}, kWeights{0.8, -0.3, 0.9, 0.4};

// Computed by hand from the closed form, of the first three inputs.
TEST(EventTimes, OneUnitFiresWhenItMustAndHasItsGradients) {
  const EventTimePass<double> pass = one_unit(kTimes, kWeights);

  EXPECT_NEAR(pass.times[0], 1.0285714286, 1e-10);
  EXPECT_NEAR(pass.slope[0], 1.4, 1e-12);
  EXPECT_EQ(pass.causal[0], 3u);
  std::vector<double> by_weight(4, 0), by_time(4, 0);
  pass.add_gradients(0, 1, by_weight.data());
  pass.input_gradients(kWeights.data(), by_time);
  const double weights[] = {-.66326531, -.52040816, -.37755102, 0}, times[] = {.57142857, -.21428571, .64285714, 0};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(by_weight[i], weights[i], 5e-9);
    EXPECT_NEAR(by_time[i], times[i], 5e-9);
    const double h = 1e-5;
    const auto time_at = [&](std::size_t k, double dw, double dt) {
      std::vector<double> w = kWeights, t = kTimes;
      w[k] += dw, t[k] += dt;
      return one_unit(t, w).times[0];
    };
    EXPECT_NEAR(by_weight[i], (time_at(i, h, 0) - time_at(i, -h, 0)) / (2 * h), 1e-9);
    EXPECT_NEAR(by_time[i], (time_at(i, 0, h) - time_at(i, 0, -h)) / (2 * h), 1e-9);
  }
}

TEST(EventTimes, AGradientsInverseSlopeIsAtMostItsLimit) {
  const double one = 1;
  for (const auto& [limit, factor] : {std::pair{0.0, 1 / 1.4}, {0.5, 0.5}, {10.0, 1 / 1.4}}) {
    EventTimePass<double> pass = one_unit(kTimes, kWeights);
    pass.set_factors(&one, limit, kNever);
    EXPECT_NEAR(pass.factors[0], factor, 1e-15);
  }
}

TEST(EventTimes, ShiftsWithItsInputsAndKeepsItsTimeWhenWeightsAndThresholdAreScaled) {
  std::vector<double> shifted = kTimes, doubled = kWeights;
  for (double& t : shifted) t += 0.25;
  for (double& w : doubled) w *= 2;
  const double time = one_unit(kTimes, kWeights).times[0];
  EXPECT_NEAR(one_unit(shifted, kWeights).times[0], time + 0.25, 1e-14);
  EXPECT_EQ(one_unit(kTimes, doubled, 2).times[0], time);
}

TEST(EventTimes, TheOrderOfInputsIsThatOfTheirTimes) {
  std::vector<std::size_t> order{0, 1, 2, 3};
  const EventTimePass<double> first = one_unit(kTimes, kWeights);
  do {
    std::vector<double> times, weights;
    for (const std::size_t i : order) times.push_back(kTimes[i]), weights.push_back(kWeights[i]);
    EXPECT_EQ(one_unit(times, weights).times, first.times);
  } while (std::next_permutation(order.begin(), order.end()));
}

// The second of two equal times would otherwise come too late to keep the unit from firing.
TEST(EventTimes, EqualTimesEnterTogether) {
  const std::vector<double> times{0, 0.5, 0.5, 0.75};
  const EventTimePass<double> pass = one_unit(times, {1, 64, -64.5, 1.5});
  EXPECT_EQ(pass.causal[0], 4u);
  EXPECT_EQ(pass.times[0], 0.75 + (1 - (0.5 + 0.25 * 0.5)) / 2);
}

TEST(EventTimes, AUnitWithoutASlopeOrInputsIsSilent) {
  EXPECT_EQ(one_unit({0.1, 0.2}, {0.5, -0.5}).times[0], kNever);
  EXPECT_EQ(one_unit({0.1, 0.2}, {-1, -1}).times[0], kNever);
  EXPECT_EQ(one_unit({kNever, kNever}, {1, 1}).times[0], kNever);
  EXPECT_EQ(one_unit({0.1, 0.2}, {0.05, 0.05}).times[0], kNever) << "at 10.15, after the end";
}

// A program of its own: times by the closed form, of the only causal set that agrees with itself.
struct Oracle {
  using Real = long double;
  using Matrix = std::vector<std::vector<Real>>;  // [input][unit]
  std::vector<Matrix> weights;
  Real theta = 1, never = 4, time_scale = 0.3L;

  std::vector<Real> layer(const std::vector<Real>& in, const Matrix& w) const {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < in.size(); ++i)
      if (in[i] < never) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return in[a] < in[b]; });
    std::vector<Real> out(w[0].size(), never);
    for (std::size_t j = 0; j < out.size(); ++j) {
      Real sum = 0, product = 0;
      for (std::size_t k = 0; k < order.size(); ++k) {
        sum += w[order[k]][j];
        product += w[order[k]][j] * in[order[k]];
        const Real end = k + 1 < order.size() ? in[order[k + 1]] : never, time = (theta + product) / sum;
        if (sum > 0 && time > in[order[k]] && time <= end && time < never) {
          out[j] = time;
          break;
        }
      }
    }
    return out;
  }
  Real loss(std::vector<Real> times, std::size_t label) const {
    for (const Matrix& w : weights) times = layer(times, w);
    Real sum = 0;
    for (const Real t : times) sum += std::exp(-t / time_scale);
    return times[label] / time_scale + std::log(sum);
  }
};

// The engine's own passes, in double.
std::vector<std::vector<double>> gradients_of(const Oracle& oracle, const std::vector<double>& times,
                                              std::size_t label) {
  std::vector<EventTimePass<double>> passes(oracle.weights.size());
  std::vector<std::vector<double>> weights, result;
  for (const Oracle::Matrix& w : oracle.weights) {
    std::vector<double>& flat = weights.emplace_back();
    for (const auto& row : w) flat.insert(flat.end(), row.begin(), row.end());
  }
  const auto never = static_cast<double>(oracle.never), scale = static_cast<double>(oracle.time_scale);
  for (std::size_t l = 0; l < passes.size(); ++l)
    passes[l].forward(l == 0 ? times : passes[l - 1].times, weights[l].data(),
                      static_cast<std::uint32_t>(oracle.weights[l][0].size()), static_cast<double>(oracle.theta),
                      never);
  const std::vector<double>& out = passes.back().times;
  double sum = 0;
  for (const double t : out) sum += std::exp(-t / scale);
  std::vector<double> gradient;
  for (std::size_t j = 0; j < out.size(); ++j)
    gradient.push_back(out[j] < never ? ((j == label ? 1.0 : 0.0) - std::exp(-out[j] / scale) / sum) / scale : 0);
  for (std::size_t l = passes.size(); l-- > 0;) {
    passes[l].set_factors(gradient.data(), 0, never);
    result.insert(result.begin(), std::vector<double>(weights[l].size(), 0));
    passes[l].add_gradients(0, static_cast<std::uint32_t>(passes[l].times.size()), result.front().data());
    std::vector<double> of_inputs(oracle.weights[l].size(), 0);
    passes[l].input_gradients(weights[l].data(), of_inputs);
    gradient = std::move(of_inputs);
  }
  return result;
}

Oracle drawn_oracle(const std::vector<std::size_t>& sizes, std::uint32_t seed) {
  Oracle oracle;
  std::uint64_t draw = 0;
  for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
    Oracle::Matrix& w = oracle.weights.emplace_back(sizes[l], std::vector<Oracle::Real>(sizes[l + 1]));
    for (auto& row : w)
      for (Oracle::Real& x : row)  // rounded: both programs have the same weights
        x = static_cast<double>(3 * (uniform_open(seed, Stream::test, draw++, 0) - 0.35) / std::sqrt(sizes[l]));
  }
  return oracle;
}

TEST(EventTimes, GradientsThroughLayersAreThoseOfFiniteDifferences) {
  std::size_t compared = 0, moving = 0;
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    Oracle oracle = drawn_oracle({9, 7, 6, 4}, seed);
    std::vector<double> times;
    for (std::uint64_t i = 0; i < 9; ++i) times.push_back(i == 4 ? 4 : uniform_open(seed, Stream::test, i, 1));
    const std::vector<long double> exact(times.begin(), times.end());
    const auto gradients = gradients_of(oracle, times, seed % 4);
    for (std::size_t l = 0; l < oracle.weights.size(); ++l)
      for (std::size_t i = 0; i < oracle.weights[l].size(); ++i)
        for (std::size_t j = 0; j < oracle.weights[l][i].size(); ++j) {
          long double& w = oracle.weights[l][i][j];
          const long double before = w, h = 1e-6L;
          w = before + h;
          const long double up = oracle.loss(exact, seed % 4);
          w = before - h;
          const long double down = oracle.loss(exact, seed % 4);
          w = before;
          const double found = gradients[l][i * oracle.weights[l][i].size() + j];
          EXPECT_NEAR(found, static_cast<double>((up - down) / (2 * h)), 1e-8 * (1 + std::abs(found)))
              << "seed " << seed << ", layer " << l << ", " << i << " to " << j;
          ++compared, moving += found != 0 ? 1 : 0;
        }
  }
  EXPECT_GT(moving, compared / 4);
}

// The engine in single precision answers as the oracle does.
TEST(EventTimes, TheEngineAnswersLikeTheOracle) {
  const EventTimeOptions options = small_event_times({20, 15}, 8);
  const LabelledPictures pictures(60, 30);
  EventTimeState state = initial_event_times(options, 30, 3);
  EventTimeImages work = pictures.work(options, state, false);
  cpu::present_event_times(work, 1);

  Oracle oracle;
  oracle.never = options.t_end;
  for (const EventTimeLayer& layer : state.layers) {
    Oracle::Matrix& w = oracle.weights.emplace_back(layer.inputs, std::vector<long double>(layer.units));
    for (std::uint32_t i = 0; i < layer.inputs; ++i)
      for (std::uint32_t j = 0; j < layer.units; ++j) w[i][j] = layer.weights[i * layer.units + j];
  }
  const std::array<float, 256> table = pixel_times(options);
  std::uint64_t spikes = 0;
  for (std::size_t k = 0; k < pictures.which.size(); ++k) {
    std::vector<long double> times;
    for (const std::uint8_t value : pictures.images.image(pictures.which[k])) times.push_back(table[value]);
    for (const Oracle::Matrix& w : oracle.weights) {
      times = oracle.layer(times, w);
      for (const long double t : times) spikes += t < oracle.never ? 1 : 0;
    }
    const auto first = std::min_element(times.begin(), times.end());
    const auto expected = *first < oracle.never ? static_cast<std::uint32_t>(first - times.begin()) : kEventTimeClasses;
    EXPECT_EQ(work.answers[k], expected) << k;
  }
  EXPECT_EQ(work.spikes, spikes);
}

// After a first step Adam's mean is a tenth of the gradient.
TEST(EventTimes, ABatchHasTheMeanGradientOfItsImages) {
  EventTimeOptions options = small_event_times({12}, 6);
  options.wake_rate = 0;
  const LabelledPictures pictures(6, 20);
  const EventTimeState start = initial_event_times(options, 20, 1);
  EventTimeState together = start;
  EventTimeImages batch = pictures.work(options, together);
  cpu::present_event_times(batch, 1);
  std::vector<std::vector<double>> sums;
  for (const EventTimeLayer& layer : start.layers) sums.emplace_back(layer.weights.size(), 0.0);
  for (std::uint32_t k = 0; k < 6; ++k) {
    EventTimeState alone = start;
    EventTimeImages one = pictures.work(options, alone);
    one.which = {pictures.which.data() + k, 1};
    cpu::present_event_times(one, 1);
    for (std::size_t l = 0; l < sums.size(); ++l)
      for (std::size_t w = 0; w < sums[l].size(); ++w) sums[l][w] += static_cast<double>(alone.layers[l].mean[w]) / 6;
  }
  double most = 0;
  for (std::size_t l = 0; l < sums.size(); ++l)
    for (std::size_t w = 0; w < sums[l].size(); ++w) {
      EXPECT_NEAR(together.layers[l].mean[w], sums[l][w], 1e-6 * (0.01 + std::abs(sums[l][w])));
      most = std::max(most, std::abs(sums[l][w]));
    }
  EXPECT_GT(most, 0.01);
}

TEST(EventTimes, AreTheSameBitsOnAnyNumberOfThreadsAndInPieces) {
  const EventTimeOptions options = small_event_times({90, 70}, 8);
  const LabelledPictures pictures(50, 40);
  EventTimeState whole = initial_event_times(options, 40, 2);
  EventTimeImages work = pictures.work(options, whole);
  cpu::present_event_times(work, 1);
  EXPECT_EQ(whole.steps[0], 7u);
  for (const int threads : {2, 3, 5}) {
    EventTimeState state = initial_event_times(options, 40, 2);
    EventTimeImages again = pictures.work(options, state);
    cpu::present_event_times(again, threads);
    EXPECT_EQ(numbers_of(state), numbers_of(whole)) << threads;
    EXPECT_EQ(again.answers, work.answers);
    EXPECT_EQ(again.operations.synaptic_events, work.operations.synaptic_events);
  }
  EventTimeState state = initial_event_times(options, 40, 2);
  for (const auto& [first, count] : {std::pair{0, 16}, {16, 24}, {40, 10}}) {
    EventTimeImages piece = pictures.work(options, state);
    piece.which = {pictures.which.data() + first, static_cast<std::size_t>(count)};
    cpu::present_event_times(piece, 2);
  }
  EXPECT_EQ(numbers_of(state), numbers_of(whole));
}

TEST(EventTimes, LearnTheirClasses) {
  EventTimeOptions options = small_event_times({30}, 10);
  const LabelledPictures pictures(100, 40);
  EventTimeState state = initial_event_times(options, 40, 1);
  const auto right = [&] {
    EventTimeImages work = pictures.work(options, state, false);
    cpu::present_event_times(work, 2);
    int count = 0;
    for (std::size_t k = 0; k < work.answers.size(); ++k)
      count += work.answers[k] == pictures.labels[pictures.which[k]] ? 1 : 0;
    return count;
  };
  const int before = right();
  for (int pass = 0; pass < 20; ++pass) {
    EventTimeImages work = pictures.work(options, state);
    cpu::present_event_times(work, 2);
  }
  EXPECT_LT(before, 40);
  EXPECT_GT(right(), 95);
}

// Without a rate nothing else changes a weight.
TEST(EventTimes, ASilentClassWakesByTheInputsThatFired) {
  EventTimeOptions options = small_event_times({5}, 4);
  options.learning_rate = 0;
  options.wake_rate = 0.125;
  const LabelledPictures pictures(4, 20);
  EventTimeState state = initial_event_times(options, 20, 1);
  for (float& w : state.layers[0].weights) w = 1;
  for (float& w : state.layers[1].weights) w = -1;
  EventTimeImages work = pictures.work(options, state);
  cpu::present_event_times(work, 1);
  EXPECT_EQ(work.answers, std::vector<std::uint32_t>(4, kEventTimeClasses));
  for (std::uint32_t i = 0; i < 5; ++i)
    for (std::uint32_t c = 0; c < kEventTimeClasses; ++c) {
      const auto images = std::count(pictures.labels.begin(), pictures.labels.end(), c);
      EXPECT_EQ(state.layers[1].weights[i * kEventTimeClasses + c], -1 + 0.125f * static_cast<float>(images));
    }
}

TEST(EventTimes, ImagesWithoutAPixelThatFiresHaveNoAnswer) {
  EventTimeOptions options = small_event_times({5}, 4);
  options.pixel_floor = 1;
  const LabelledPictures pictures(4, 20);
  EventTimeState state = initial_event_times(options, 20, 1);
  EventTimeImages work = pictures.work(options, state);
  cpu::present_event_times(work, 1);
  EXPECT_EQ(work.answers, std::vector<std::uint32_t>(4, kEventTimeClasses));
  EXPECT_EQ(work.spikes, 0u);
  EXPECT_EQ(work.operations.synaptic_events, 0u);
}

TEST(EventTimes, SayWhatTheyCannotDo) {
  const auto refusal = [](auto change) -> std::string {
    EventTimeOptions options = small_event_times({5}, 4);
    const LabelledPictures pictures(4, 20);
    EventTimeState state = initial_event_times(options, 20, 1);
    EventTimeImages work = pictures.work(options, state);
    try {
      change(options, state, work);
      cpu::present_event_times(work, 1);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "accepted";
  };
  using O = EventTimeOptions&;
  using S = EventTimeState&;
  using W = EventTimeImages&;
  EXPECT_NE(refusal([](O o, S, W) { o.theta = 0; }).find("layered.theta: found 0; allowed"), std::string::npos);
  EXPECT_NE(refusal([](O o, S, W) { o.theta = NAN; }).find("layered.theta"), std::string::npos);
  EXPECT_NE(refusal([](O o, S, W) { o.t_max = -1; }).find("layered.t_max"), std::string::npos);
  EXPECT_NE(refusal([](O o, S, W) { o.t_end = 1; }).find("layered.t_end: found 1; allowed: above layered.t_max = 1"),
            std::string::npos);
  EXPECT_NE(refusal([](O o, S, W) { o.hidden = {}; }).find("layered.hidden: found an empty list"), std::string::npos);
  EXPECT_NE(refusal([](O o, S, W) { o.hidden = {6}; }).find("layered.hidden: found layer 0 of 20 x 6"),
            std::string::npos);
  EXPECT_NE(refusal([](O o, S, W) { o.batch = 0; }).find("layered.batch"), std::string::npos);
  static const std::vector<std::uint32_t> kBeyond{4};
  EXPECT_NE(refusal([](O, S, W w) { w.which = kBeyond; }).find("learn.images: found image 4"), std::string::npos);
  static const std::vector<std::uint8_t> kNoClasses{0, 1, 10, 3};
  EXPECT_NE(refusal([](O, S, W w) { w.labels = kNoClasses; }).find("without a label below 10"), std::string::npos);
}

}  // namespace
}  // namespace sprig
