// The chains on the CPU, and the choice of device.
#include "sprig/dynamics/cayley_chains.hpp"

#include <algorithm>
#include <cmath>

#include "host/dynamics/pair_moments.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/loop_poll.hpp"
#include "sprig/core/threads.hpp"

namespace sprig {

CayleySteps cayley_steps(const SparseSystem& a, double half, double sigma_squared) {
  CayleySteps steps;
  steps.half = half;
  const double noise = std::sqrt(2 * half * sigma_squared);
  steps.noise = 0.5 * noise;
  for (const double diagonal : a.diagonal) {
    CayleyNeuron n{};
    n.divisor = 1 - half * diagonal;
    n.inverse = 1 / n.divisor;
    n.keeps = 1;
    if (diagonal < 0) {
      const double step = half * -diagonal;
      n.deviation = std::sqrt(sigma_squared / (-2 * diagonal));
      n.keeps = (1 - step) / (1 + step);
      n.takes = noise / (1 + step);
    }
    steps.neurons.push_back(n);
  }
  return steps;
}

namespace cpu {

namespace {

static_assert(kChains == kColumns);

class CpuCayleyChains final : public CayleyChains {
 public:
  CpuCayleyChains(const SparseSystem& a, const CayleySteps& steps, const SampleKeys& keys, int threads)
      : a_(a), steps_(steps), keys_(keys), threads_(team_size(threads)) {
    for (Columns* columns : {&x_, &control_, &midpoint_, &next_, &right_}) columns->resize(a.size());
  }

  void set_moments(PairMoments& moments) override { moments_ = &moments; }

  void draw(std::uint64_t index) override {
#pragma omp parallel for schedule(static) num_threads(threads_)
    for (std::uint32_t i = 0; i < a_.size(); ++i)
      right_[i] = random_signs(keys_.seed, Stream::covariance_noise, keys_.neurons[i], index);
  }

  void start() override {
    for (std::uint32_t i = 0; i < a_.size(); ++i)
      for (int c = 0; c < kColumns; ++c)
        x_[i].at[c] = control_[i].at[c] = steps_.neurons[i].deviation * right_[i].at[c];
  }
  void start_from_draw() override { x_ = right_; }

  void begin_step(bool noise) override {
#pragma omp parallel for schedule(static) num_threads(threads_)
    for (std::uint32_t i = 0; i < a_.size(); ++i) {
      const CayleyNeuron& n = steps_.neurons[i];
      for (int c = 0; c < kColumns; ++c) {
        const double xi = right_[i].at[c];
        if (noise) control_[i].at[c] = cayley_control(n, control_[i].at[c], xi);
        right_[i].at[c] = noise ? cayley_right(x_[i].at[c], steps_.noise, xi) : x_[i].at[c];
        midpoint_[i].at[c] = cayley_first_midpoint(n, right_[i].at[c]);
      }
    }
  }

  SweepChange sweep(const Progress& progress) override {
    LoopPoll poll("covariance samples", progress, a_.size(), kRowsOfSamples);
    ExceptionTrap trap;
    double change = 0, largest = 0;
#pragma omp parallel for schedule(dynamic, 64) num_threads(threads_) reduction(max : change, largest)
    for (std::uint32_t i = 0; i < a_.size(); ++i)
      trap.run([&] {
        poll(i);
        ColumnRow sum = row_times(a_, i, midpoint_);
        for (int c = 0; c < kColumns; ++c) {
          sum.at[c] = cayley_midpoint(steps_.neurons[i], steps_.half, right_[i].at[c], sum.at[c]);
          change = std::max(change, std::abs(sum.at[c] - midpoint_[i].at[c]));
          largest = std::max(largest, std::abs(sum.at[c]));
        }
        next_[i] = sum;
      });
    trap.rethrow();
    midpoint_.swap(next_);
    return {change, largest};
  }

  void end_step() override {
    for (std::uint32_t i = 0; i < a_.size(); ++i)
      for (int c = 0; c < kColumns; ++c) x_[i].at[c] = cayley_end(midpoint_[i].at[c], x_[i].at[c]);
  }

  double largest() const override {
    double largest = 0;
    for (const ColumnRow& row : x_)
      for (int c = 0; c < kColumns; ++c) largest = std::max(largest, std::abs(row.at[c]));
    return largest;
  }

  void add_samples(const Progress& progress) override {
    sprig::add_samples(*moments_, x_, control_, threads_, progress);
  }
  void end_block() override {}

 private:
  const SparseSystem& a_;
  const CayleySteps& steps_;
  const SampleKeys keys_;
  int threads_;
  PairMoments* moments_ = nullptr;
  Columns x_, control_, midpoint_, next_, right_;  // right_: xi until a step begins
};

}  // namespace

std::unique_ptr<CayleyChains> make_cayley_chains(const SparseSystem& a, const CayleySteps& steps,
                                                 const SampleKeys& keys, int threads) {
  return std::make_unique<CpuCayleyChains>(a, steps, keys, threads);
}

}  // namespace cpu

}  // namespace sprig
