// Chains whose stationary covariance is that of x' = A x + sigma xi (sampled_covariance.hpp has the equation).
#include <algorithm>
#include <cmath>
#include <string>

#include "host/dynamics/pair_moments.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/loop_poll.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/dynamics/sampled_covariance.hpp"
#include "sprig/dynamics/stability.hpp"

namespace sprig {
namespace {

constexpr double kSolved = 1e-8;      // error of a midpoint, of the largest value
constexpr double kForgotten = 1e-3;   // of a start
constexpr double kContraction = 0.9;  // of the Jacobi iteration, at most
constexpr int kMostSweeps = 1000, kLeastSteps = 8;
constexpr std::uint64_t kRowsBetween = 256;  // two looks at the progress

class CayleySampler : public CovarianceSampler {
 public:
  CayleySampler(const SparseSystem& a, double sigma_squared, const SampleKeys& keys, int threads,
                const Progress& progress)
      : a_(a), sigma_squared_(sigma_squared), keys_(keys), threads_(team_size(threads)), half_(half_step(progress)) {
    for (Columns* columns : {&x_, &control_, &midpoint_, &next_, &right_}) columns->resize(a.size());
    burn_in_ = measure_burn_in(progress);
  }

  void set_control(PairMoments& moments) const override {
    std::vector<double> variances(a_.size());
    for (std::uint32_t i = 0; i < a_.size(); ++i) variances[i] = control_variance(i);
    moments.set_control(std::move(variances), {});
  }

  void draw_block(PairMoments& moments, const Progress& progress) override {
    const int steps = std::max(kLeastSteps, burn_in_);
    const std::uint64_t block = moments.blocks();
    draw_signs(block, 0);
    for (std::uint32_t i = 0; i < a_.size(); ++i) {
      const double deviation = std::sqrt(control_variance(i));
      for (int c = 0; c < kColumns; ++c) x_[i].at[c] = control_[i].at[c] = deviation * right_[i].at[c];
    }
    for (int step = 1; step <= burn_in_ + steps; ++step) {
      const Progress of_step = progress.part((step - 1.0) / (burn_in_ + steps), double(step) / (burn_in_ + steps));
      draw_signs(block, static_cast<std::uint64_t>(step));
      move_control();
      const double noise = 0.5 * std::sqrt(2 * half_ * sigma_squared_);
      for (std::uint32_t i = 0; i < a_.size(); ++i)
        for (int c = 0; c < kColumns; ++c) right_[i].at[c] = x_[i].at[c] + noise * right_[i].at[c];
      advance(of_step.part(0, 0));
      if (step > burn_in_) add_samples(moments, x_, control_, threads_, of_step);
    }
    moments.end_block(static_cast<std::uint64_t>(steps) * kColumns);
  }

 private:
  // Of the diagonal alone; 0 where that is not stable, which then has no control.
  double control_variance(std::uint32_t i) const {
    return a_.diagonal[i] < 0 ? sigma_squared_ / (-2 * a_.diagonal[i]) : 0;
  }

  // h/2: 1/d forgets a neuron in one step; the mean of their logarithms serves all. Smaller where the Jacobi iteration
  // would not shrink errors to kContraction in the scaled largest value.
  double half_step(const Progress& progress) const {
    const std::vector<double> scale = scaled_dominance(a_, threads_, progress.part(0, 0)).scale;
    double logs = 0, half = 0;
    for (const double d : a_.diagonal) logs += std::log(std::abs(d));
    half = std::exp(-logs / a_.size());
    for (std::uint32_t i = 0; i < a_.size(); ++i) {
      double others = 0;
      for (std::uint64_t e = a_.offsets[i]; e < a_.offsets[i + 1]; ++e)
        others += std::abs(a_.values[e]) * scale[a_.columns[e]];
      const double excess = others / scale[i] + kContraction * a_.diagonal[i];
      if (excess > 0) half = std::min(half, kContraction / excess);
    }
    return half;
  }

  void draw_signs(std::uint64_t block, std::uint64_t step) {
    const std::uint64_t index = ((std::uint64_t{keys_.round} << 24 | block) << 32) | step;
#pragma omp parallel for schedule(static) num_threads(threads_)
    for (std::uint32_t i = 0; i < a_.size(); ++i)
      right_[i] = random_signs(keys_.seed, Stream::covariance_noise, keys_.neurons[i], index);
  }

  void move_control() {
    const double noise = std::sqrt(2 * half_ * sigma_squared_);
    for (std::uint32_t i = 0; i < a_.size(); ++i) {
      if (!(a_.diagonal[i] < 0)) continue;
      const double step = half_ * -a_.diagonal[i], keeps = (1 - step) / (1 + step), takes = noise / (1 + step);
      for (int c = 0; c < kColumns; ++c) control_[i].at[c] = keeps * control_[i].at[c] + takes * right_[i].at[c];
    }
  }

  // x <- 2 u - x with (I - h A/2) u = right_.
  void advance(const Progress& progress) {
    for (std::uint32_t i = 0; i < a_.size(); ++i)
      for (int c = 0; c < kColumns; ++c) midpoint_[i].at[c] = right_[i].at[c] / (1 - half_ * a_.diagonal[i]);
    double before = 0;
    for (int sweep = 0;; ++sweep) {
      const double change = jacobi_sweep(progress);
      // Changes shrink by a steady ratio, so what is still to come is their geometric series.
      const double ratio = before > 0 ? std::min(change / before, kContraction) : kContraction;
      if (!(change > 0)) break;
      if (before > 0 && change * ratio / (1 - ratio) <= kSolved * largest_) break;
      if (!std::isfinite(change) || sweep == kMostSweeps)
        throw NumericalError("covariance.a", "a step of its chain has no solution; use prune.covariance = \"dense\"");
      before = change;
    }
    for (std::uint32_t i = 0; i < a_.size(); ++i)
      for (int c = 0; c < kColumns; ++c) x_[i].at[c] = 2 * midpoint_[i].at[c] - x_[i].at[c];
  }

  double jacobi_sweep(const Progress& progress) {
    LoopPoll poll("covariance samples", progress, a_.size(), kRowsBetween);
    ExceptionTrap trap;
    double change = 0, largest = 0;
#pragma omp parallel for schedule(dynamic, 64) num_threads(threads_) reduction(max : change, largest)
    for (std::uint32_t i = 0; i < a_.size(); ++i)
      trap.run([&] {
        poll(i);
        const double inverse = 1 / (1 - half_ * a_.diagonal[i]);
        ColumnRow sum = row_times(a_, i, midpoint_);
        for (int c = 0; c < kColumns; ++c) {
          sum.at[c] = (right_[i].at[c] + half_ * sum.at[c]) * inverse;
          change = std::max(change, std::abs(sum.at[c] - midpoint_[i].at[c]));
          largest = std::max(largest, std::abs(sum.at[c]));
        }
        next_[i] = sum;
      });
    trap.rethrow();
    largest_ = largest;
    midpoint_.swap(next_);
    return change;
  }

  // Steps until what is left of a start is kForgotten of it, in the largest value.
  int measure_burn_in(const Progress& progress) {
    constexpr double kExplodes = 1e6;
    draw_signs(0, 0);
    for (std::uint32_t i = 0; i < a_.size(); ++i) x_[i] = right_[i];
    double left = 1;
    for (int step = 1; step <= kMostBurnIn; ++step) {
      right_ = x_;
      advance(progress.part(0, 0));
      left = 0;
      for (const ColumnRow& row : x_)
        for (int c = 0; c < kColumns; ++c) left = std::max(left, std::abs(row.at[c]));
      if (left <= kForgotten) return step;
      if (!(left <= kExplodes)) break;
    }
    throw NumericalError("covariance.a", "its chain does not forget its start (of 1 there is " + std::to_string(left) +
                                             " left): it is not Hurwitz, or too nearly not; use prune.covariance = "
                                             "\"dense\", or raise prune.margin");
  }

  const SparseSystem& a_;
  double sigma_squared_;
  SampleKeys keys_;
  int threads_;
  double half_;
  int burn_in_ = 0;
  double largest_ = 0;
  Columns x_, control_, midpoint_, next_, right_;
};

}  // namespace

std::unique_ptr<CovarianceSampler> cayley_sampler(const SparseSystem& a, double sigma_squared, const SampleKeys& keys,
                                                  int threads, const Progress& progress) {
  return std::make_unique<CayleySampler>(a, sigma_squared, keys, threads, progress);
}

}  // namespace sprig
