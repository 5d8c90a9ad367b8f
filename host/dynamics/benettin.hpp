// Lyapunov exponents by re-orthonormalisation (Benettin et al. 1980): the part that does not know which system it is.
#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <vector>

#include "sprig/core/view.hpp"

namespace sprig {

// A start frame: column c of the row with id `ids[r]` is uniform in (-1, 1), drawn from Stream::tangent_frame by
// (id, c), then made orthonormal. rows x columns. Errors: ConfigError when columns is 0 or exceeds the rows.
Eigen::MatrixXd start_frame(const std::vector<std::uint64_t>& ids, std::uint32_t columns, std::uint32_t seed);

// F = Q R by Householder reflections with diag(R) > 0: `frame` becomes Q, `diagonal` r_kk. Rows of `carried` (any
// number, as many columns as the frame) belong to the same tangent vectors but not to their norm: they become carried
// R^-1; may be null. Errors: NumericalError when a column has collapsed (is_collapsed()).
void orthonormalise(Eigen::MatrixXd& frame, Eigen::VectorXd& diagonal, Eigen::MatrixXd* carried = nullptr);

// sum_k Q_ik^2 ln r_kk and sum_k Q_ik^2 of each row: where the growth of one interval took place.
void row_growth(const Eigen::MatrixXd& q, const Eigen::VectorXd& diagonal, std::vector<double>& growth,
                std::vector<double>& mass);

// Collects re-orthonormalisations.
class LyapunovAccumulator {
 public:
  // `row_count` may be 0: no row weights are kept.
  LyapunovAccumulator(std::size_t columns, std::size_t row_count);

  // One interval of length `time`; growth and mass as row_growth() gives them, ignored when no rows are kept.
  void add(double time, View<const double> diagonal, View<const double> growth = {}, View<const double> mass = {});

  double time() const { return time_; }
  std::size_t intervals() const { return times_.size(); }
  // Mean of ln r_kk per unit time, in the frame's order (descending but for fluctuations).
  std::vector<double> exponents() const;
  // Standard deviation of the means of `blocks` consecutive runs of intervals, divided by sqrt(blocks). With fewer
  // intervals each is a block; empty with fewer than two.
  std::vector<double> standard_errors(std::uint32_t blocks) const;
  // Largest r_11/r_kk of an interval: the ratio of the largest to the smallest diagonal entry.
  double condition() const { return condition_; }
  // < sum_k Q_ik^2 ln r_kk > / time per row, divided by < sum_k Q_ik^2 > (which is 1 for a full frame).
  std::vector<double> row_exponents() const;

  static void persist(auto& self, auto& archive) {
    const std::size_t rows = self.growth_.size();
    archive(self.time_, self.condition_, self.times_, self.logs_, self.growth_, self.mass_);
    if constexpr (std::remove_reference_t<decltype(archive)>::kReads)
      if (self.logs_.size() != self.times_.size() * self.columns_ || self.growth_.size() != rows ||
          self.mass_.size() != rows)
        archive.refuse("has averages of another number of exponents");
  }

 private:
  std::size_t columns_;
  double time_ = 0, condition_ = 1;
  std::vector<double> times_, logs_;  // [interval], [interval][column]
  std::vector<double> growth_, mass_;
};

// Kaplan-Yorke dimension of exponents in descending order. When no partial sum turns negative it is at least their
// number: `is_bound` is set and that number returned.
double kaplan_yorke_dimension(const std::vector<double>& exponents, bool& is_bound);

// Sum of the positive exponents (Pesin's identity: an upper bound of the metric entropy).
double entropy_bound(const std::vector<double>& exponents);

// Runs a system given by `advance`, which moves state and frame (dimension x columns) over one interval and returns its
// length; `transient` intervals settle the frame, `intervals` are averaged.
LyapunovAccumulator benettin(std::size_t dimension, std::uint32_t columns, std::uint32_t seed, std::uint64_t transient,
                             std::uint64_t intervals, const std::function<double(Eigen::MatrixXd& frame)>& advance);

}  // namespace sprig
