// Chains whose stationary covariance is that of x' = A x + sigma xi (sampled_covariance.hpp has the equation).
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "sprig/core/error.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/dynamics/cayley_chains.hpp"
#include "sprig/dynamics/sampled_covariance.hpp"
#include "sprig/dynamics/stability.hpp"
#include "sprig/engine/placed.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig {
namespace {

constexpr double kMidpointError = 1e-8;  // of the largest value
constexpr double kForgotten = 1e-3;      // of a start
constexpr double kContraction = 0.9;     // of the Jacobi iteration, at most
constexpr int kMostSweeps = 1000, kLeastSteps = 8;

// The chains on a GPU, whichever thread asks.
class ChainsOnGpu final : public CayleyChains {
 public:
  ChainsOnGpu(const Device& asked, const SparseSystem& a, const CayleySteps& steps, const SampleKeys& keys)
      : there_(asked, [&] { return cuda::make_cayley_chains(a, steps, keys); }) {}
  void set_moments(PairMoments& moments) override { there_->set_moments(moments); }
  void draw(std::uint64_t index) override { there_->draw(index); }
  void start() override { there_->start(); }
  void start_from_draw() override { there_->start_from_draw(); }
  void begin_step(bool noise) override { there_->begin_step(noise); }
  SweepChange sweep(const Progress& progress) override { return there_->sweep(progress); }
  void end_step() override { there_->end_step(); }
  double largest() const override { return there_->largest(); }
  void add_samples(const Progress& progress) override { there_->add_samples(progress); }
  void end_block() override { there_->end_block(); }

 private:
  cuda::Placed<CayleyChains> there_;
};

std::unique_ptr<CayleyChains> chains_on(const Device& device, const SparseSystem& a, const CayleySteps& steps,
                                        const SampleKeys& keys, int threads) {
  if (!uses_device(device)) return cpu::make_cayley_chains(a, steps, keys, threads);
  return std::make_unique<ChainsOnGpu>(device, a, steps, keys);
}

class CayleySampler : public CovarianceSampler {
 public:
  CayleySampler(const SparseSystem& a, double sigma_squared, const SampleKeys& keys, const Device& device, int threads,
                const Progress& progress)
      : a_(a),
        sigma_squared_(sigma_squared),
        keys_(keys),
        steps_(cayley_steps(a, half_step(threads, progress), sigma_squared)),
        chains_(chains_on(device, a, steps_, keys_, threads)),
        burn_in_(measure_burn_in(progress)) {}

  void set_control(PairMoments& moments) const override {
    std::vector<double> variances(a_.size());
    for (std::uint32_t i = 0; i < a_.size(); ++i)  // of the diagonal alone, where that is stable
      variances[i] = a_.diagonal[i] < 0 ? sigma_squared_ / (-2 * a_.diagonal[i]) : 0;
    moments.set_control(std::move(variances), {});
  }

  void draw_block(PairMoments& moments, const Progress& progress) override {
    const int steps = std::max(kLeastSteps, burn_in_);
    const std::uint64_t block = moments.blocks();
    chains_->set_moments(moments);
    draw_signs(block, 0);
    chains_->start();
    for (int step = 1; step <= burn_in_ + steps; ++step) {
      const Progress of_step = progress.part((step - 1.0) / (burn_in_ + steps), double(step) / (burn_in_ + steps));
      draw_signs(block, static_cast<std::uint64_t>(step));
      advance(true, of_step.part(0, 0));
      if (step > burn_in_) chains_->add_samples(of_step);
    }
    chains_->end_block();
    moments.end_block(static_cast<std::uint64_t>(steps) * kChains);
  }

 private:
  // h/2: 1/d forgets a neuron in one step; the mean of their logarithms serves all. Smaller where the Jacobi iteration
  // would not shrink errors to kContraction in the scaled largest value.
  double half_step(int threads, const Progress& progress) const {
    const std::vector<double> scale = scaled_dominance(a_, team_size(threads), progress.part(0, 0)).scale;
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
    chains_->draw(((std::uint64_t{keys_.round} << 24 | block) << 32) | step);
  }

  // x <- 2 u - x with (I - h A/2) u = the right-hand side.
  void advance(bool noise, const Progress& progress) {
    chains_->begin_step(noise);
    double before = 0;
    for (int sweep = 0;; ++sweep) {
      const auto [change, largest] = chains_->sweep(progress);
      // Changes shrink by a steady ratio, so what is still to come is their geometric series.
      const double ratio = before > 0 ? std::min(change / before, kContraction) : kContraction;
      if (!(change > 0)) break;
      if (before > 0 && change * ratio / (1 - ratio) <= kMidpointError * largest) break;
      if (!std::isfinite(change) || sweep == kMostSweeps)
        throw NumericalError("covariance.a", "a step of its chain has no solution; use prune.covariance = \"dense\"");
      before = change;
    }
    chains_->end_step();
  }

  // Steps until what is left of a start is kForgotten of it, in the largest value.
  int measure_burn_in(const Progress& progress) {
    constexpr double kExplodes = 1e6;
    draw_signs(0, 0);
    chains_->start_from_draw();
    double left = 1;
    for (int step = 1; step <= kMostBurnIn; ++step) {
      advance(false, progress.part(0, 0));
      left = chains_->largest();
      if (left <= kForgotten) return step;
      if (!(left <= kExplodes)) break;
    }
    throw NumericalError("covariance.a", "its chain does not forget its start (of 1 there is " + std::to_string(left) +
                                             " left): it is not Hurwitz, or too nearly not; use prune.covariance = "
                                             "\"dense\", or raise prune.margin");
  }

  const SparseSystem& a_;
  double sigma_squared_;
  const SampleKeys keys_;
  const CayleySteps steps_;
  std::unique_ptr<CayleyChains> chains_;
  int burn_in_;
};

}  // namespace

std::unique_ptr<CovarianceSampler> cayley_sampler(const SparseSystem& a, double sigma_squared, const SampleKeys& keys,
                                                  int threads, const Progress& progress, const Device& device) {
  return std::make_unique<CayleySampler>(a, sigma_squared, keys, device, threads, progress);
}

}  // namespace sprig
