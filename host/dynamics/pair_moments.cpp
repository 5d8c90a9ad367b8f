#include "host/dynamics/pair_moments.hpp"

#include <cmath>
#include <utility>

#include "sprig/core/exception_trap.hpp"
#include "sprig/core/loop_poll.hpp"
#include "sprig/core/threads.hpp"

namespace sprig {
namespace {

double sum_of(const ColumnRow& row) {
  double sum = 0;
  for (int c = 0; c < kColumns; ++c) sum += row.at[c];
  return sum;
}

// The sum over columns.
double difference(double s, const ColumnRow& x_i, const ColumnRow& x_j, const ColumnRow& y_i, const ColumnRow& y_j) {
  ColumnRow terms;
#pragma omp simd
  for (int c = 0; c < kColumns; ++c) terms.at[c] = pair_difference(s, x_i.at[c], x_j.at[c], y_i.at[c], y_j.at[c]);
  return sum_of(terms);
}

}  // namespace

PairMoments::PairMoments(const Csr& graph, const std::vector<double>& signs)
    : graph_(graph),
      signs_(signs),
      known_variances_(graph.rows, 0.0),
      known_distances_(graph.synapses(), 0.0),
      distances_(graph.synapses()),
      variances_(graph.rows) {}

void PairMoments::set_control(std::vector<double> variances, const std::vector<double>& covariances) {
  known_variances_ = std::move(variances);
  for (std::uint32_t i = 0; i < graph_.rows; ++i)
    for (std::uint64_t k = graph_.offsets[i]; k < graph_.offsets[i + 1]; ++k) {
      const double s = sign(k);
      const double joint = graph_.targets[k] == i ? known_variances_[i] : covariances.empty() ? 0 : covariances[k];
      known_distances_[k] = s == 0 ? 0 : known_variances_[i] + known_variances_[graph_.targets[k]] - 2 * s * joint;
    }
}

void PairMoments::end_block(std::uint64_t samples) {
  ++blocks_;
  samples_ += samples;
  const auto count = static_cast<double>(samples), blocks = static_cast<double>(blocks_);
  const auto end = [&](Moment& moment) {
    const double value = moment.sum / count, deviation = value - moment.mean;
    moment.mean += deviation / blocks;
    moment.squares += deviation * (value - moment.mean);
    moment.sum = 0;
  };
  for (Moment& moment : distances_) end(moment);
  for (Moment& moment : variances_) end(moment);
  set_shrinks();
}

// Unbiased for normal block means: the root of a mean of squares is too small on average, by Gamma functions of their
// number.
void PairMoments::set_shrinks() {
  if (blocks_ < 2) return;
  const auto b = static_cast<double>(blocks_);
  shrinks_ = std::sqrt(2 / (b - 1)) * std::exp(std::lgamma(b / 2) - std::lgamma((b - 1) / 2));
}

void add_samples(PairMoments& moments, const Columns& x, const Columns& control, int threads,
                 const Progress& progress) {
  const Csr& graph = moments.graph();
  LoopPoll poll("covariance samples", progress, graph.rows, kRowsOfSamples);
  ExceptionTrap trap;
#pragma omp parallel for schedule(dynamic, 64) num_threads(team_size(threads))
  for (std::uint32_t i = 0; i < graph.rows; ++i)
    trap.run([&] {
      poll(i);
      moments.of_neuron(i).sum += difference(0, x[i], x[i], control[i], control[i]);
      for (std::uint64_t k = graph.offsets[i]; k < graph.offsets[i + 1]; ++k) {
        const std::uint32_t j = graph.targets[k];
        const double s = moments.sign(k);
        if (s != 0) moments.of_synapse(k).sum += difference(s, x[i], x[j], control[i], control[j]);
      }
    });
  trap.rethrow();
}

}  // namespace sprig
