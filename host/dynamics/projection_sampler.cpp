// Samples of the covariance of a symmetric system: conjugate gradients on random signs of its edges
// (sampled_covariance.hpp has the equation).
#include <algorithm>
#include <cmath>
#include <utility>

#include "host/dynamics/pair_moments.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/loop_poll.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/dynamics/sampled_covariance.hpp"

namespace sprig {
namespace {

constexpr double kResidual = 1e-8;   // |residual| / |right-hand side|
constexpr double kRounding = 1e-12;  // of a diagonal: what a row may lack of dominance
constexpr int kMostIterations = 20000;

double absolute_row(const SparseSystem& a, std::uint32_t i) {
  double sum = 0;
  for (std::uint64_t e = a.offsets[i]; e < a.offsets[i + 1]; ++e) sum += std::abs(a.values[e]);
  return sum;
}

class ProjectionSampler : public CovarianceSampler {
 public:
  ProjectionSampler(const SparseSystem& a, double sigma_squared, const SampleKeys& keys, int threads)
      : a_(a), half_variance_(0.5 * sigma_squared), keys_(keys), threads_(team_size(threads)) {
    for (Columns* columns : {&x_, &control_, &residual_, &preconditioned_, &direction_, &image_})
      columns->resize(a.size());
  }

  void set_control(PairMoments& moments) const override {
    const Csr& graph = moments.graph();
    std::vector<double> variances(a_.size()), covariances(graph.synapses(), 0.0);
    for (std::uint32_t i = 0; i < a_.size(); ++i) variances[i] = half_variance_ * inverse_diagonal(i);
    for (std::uint32_t i = 0; i < graph.rows; ++i)
      for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k)
        if (const std::uint64_t e = a_.find(i, graph.targets[k]); e < a_.values.size())
          covariances[k] = -half_variance_ * a_.values[e] * inverse_diagonal(i) * inverse_diagonal(graph.targets[k]);
    moments.set_control(std::move(variances), covariances);
  }

  void draw_block(PairMoments& moments, const Progress& progress) override {
    constexpr double kSolveShare = 0.8;
    draw_right_hand_side(moments.blocks(), progress.part(0, 0));
    for (std::uint32_t i = 0; i < a_.size(); ++i)
      for (int c = 0; c < kColumns; ++c) control_[i].at[c] = residual_[i].at[c] * inverse_diagonal(i);
    solve(progress.part(0, 0));
    add_samples(moments, x_, control_, threads_, progress.part(kSolveShare, 1));
    moments.end_block(kColumns);
  }

 private:
  double inverse_diagonal(std::uint32_t i) const { return a_.diagonal[i] < 0 ? -1 / a_.diagonal[i] : 0; }

  // residual_ = sigma / sqrt 2 B z. Both ends of an edge draw its signs anew.
  void draw_right_hand_side(std::uint64_t block, const Progress& progress) {
    const std::uint64_t index = std::uint64_t{keys_.round} << 32 | block;
    LoopPoll poll("covariance samples", progress, a_.size(), kRowsOfSamples);
    ExceptionTrap trap;
#pragma omp parallel for schedule(dynamic, 64) num_threads(threads_)
    for (std::uint32_t i = 0; i < a_.size(); ++i)
      trap.run([&] {
        poll(i);
        ColumnRow sum{};
        const auto add = [&](std::uint32_t j, double factor) {
          const std::uint64_t low = std::min(keys_.neurons[i], keys_.neurons[j]),
                              high = std::max(keys_.neurons[i], keys_.neurons[j]);
          add_scaled(sum, factor, random_signs(keys_.seed, Stream::edge_projection, low << 32 | high, index));
        };
        for (std::uint64_t e = a_.offsets[i]; e < a_.offsets[i + 1]; ++e) {
          const std::uint32_t j = a_.columns[e];
          const double root = std::sqrt(half_variance_ * std::abs(a_.values[e]));
          add(j, i < j ? root : (a_.values[e] > 0 ? -root : root));
        }
        add(i, std::sqrt(half_variance_ * std::max(0.0, -a_.diagonal[i] - absolute_row(a_, i))));
        residual_[i] = sum;
      });
    trap.rethrow();
  }

  // -A direction_.
  void apply(const Progress& progress) {
    LoopPoll poll("covariance samples", progress, a_.size(), kRowsOfSamples);
    ExceptionTrap trap;
#pragma omp parallel for schedule(dynamic, 64) num_threads(threads_)
    for (std::uint32_t i = 0; i < a_.size(); ++i)
      trap.run([&] {
        poll(i);
        ColumnRow sum = row_times(a_, i, direction_);
        for (int c = 0; c < kColumns; ++c) sum.at[c] = -sum.at[c] - a_.diagonal[i] * direction_[i].at[c];
        image_[i] = sum;
      });
    trap.rethrow();
  }

  void precondition() {
    for (std::uint32_t i = 0; i < a_.size(); ++i)
      for (int c = 0; c < kColumns; ++c) preconditioned_[i].at[c] = residual_[i].at[c] * inverse_diagonal(i);
  }

  static double quotient(double a, double b) { return b > 0 ? a / b : 0; }  // a column that is solved stays as it is

  // x_ of -A x = residual_, each column by itself.
  void solve(const Progress& progress) {
    for (ColumnRow& row : x_) row = {};
    precondition();
    direction_ = preconditioned_;
    const ColumnRow right = dot(residual_, residual_, threads_);
    ColumnRow energy = dot(residual_, preconditioned_, threads_);
    for (int iteration = 0; iteration < kMostIterations; ++iteration) {
      apply(progress);
      const ColumnRow curvature = dot(direction_, image_, threads_);
      ColumnRow step;
      for (int c = 0; c < kColumns; ++c) step.at[c] = quotient(energy.at[c], curvature.at[c]);
      for (std::uint32_t i = 0; i < a_.size(); ++i)
        for (int c = 0; c < kColumns; ++c) {
          x_[i].at[c] += step.at[c] * direction_[i].at[c];
          residual_[i].at[c] -= step.at[c] * image_[i].at[c];
        }
      const ColumnRow left = dot(residual_, residual_, threads_);
      bool solved = true;
      for (int c = 0; c < kColumns; ++c) solved &= left.at[c] <= kResidual * kResidual * right.at[c];
      if (solved) return;
      precondition();
      const ColumnRow next = dot(residual_, preconditioned_, threads_);
      for (std::uint32_t i = 0; i < a_.size(); ++i)
        for (int c = 0; c < kColumns; ++c)
          direction_[i].at[c] = preconditioned_[i].at[c] + quotient(next.at[c], energy.at[c]) * direction_[i].at[c];
      energy = next;
    }
    throw NumericalError("covariance.a", "conjugate gradients do not converge in " + std::to_string(kMostIterations) +
                                             " steps: its entries are too far apart; use prune.covariance = \"dense\"");
  }

  const SparseSystem& a_;
  double half_variance_;
  SampleKeys keys_;
  int threads_;
  Columns x_, control_, residual_, preconditioned_, direction_, image_;
};

}  // namespace

bool has_projections(const SparseSystem& a) {
  if (!is_symmetric(a)) return false;
  for (std::uint32_t i = 0; i < a.size(); ++i)
    if (absolute_row(a, i) > -a.diagonal[i] * (1 + kRounding)) return false;
  return true;
}

std::unique_ptr<CovarianceSampler> projection_sampler(const SparseSystem& a, double sigma_squared,
                                                      const SampleKeys& keys, int threads) {
  return std::make_unique<ProjectionSampler>(a, sigma_squared, keys, threads);
}

}  // namespace sprig
