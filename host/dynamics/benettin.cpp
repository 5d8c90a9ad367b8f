// Re-orthonormalisation, its averages, and what is read off a spectrum.
#include "host/dynamics/benettin.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "sprig/core/error.hpp"
#include "sprig/core/random.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/dynamics/collapsed.hpp"
#include "sprig/dynamics/tangent_step.hpp"

namespace sprig {

Eigen::MatrixXd start_frame(const std::vector<std::uint64_t>& ids, std::uint32_t columns, std::uint32_t seed) {
  if (columns == 0 || columns > ids.size())
    refuse("lyapunov.exponents", shown(columns), "1 to the dimension " + shown(ids.size()));
  const auto rows = static_cast<Eigen::Index>(ids.size());
  Eigen::MatrixXd frame(rows, static_cast<Eigen::Index>(columns));
  for (Eigen::Index c = 0; c < frame.cols(); ++c)
    for (Eigen::Index r = 0; r < rows; ++r)
      frame(r, c) = 2 * uniform_open(seed, Stream::tangent_frame, ids[static_cast<std::size_t>(r)],
                                     static_cast<std::uint64_t>(c)) -
                    1;
  Eigen::VectorXd diagonal;
  orthonormalise(frame, diagonal);
  return frame;
}

void orthonormalise(Eigen::MatrixXd& frame, Eigen::VectorXd& diagonal, Eigen::MatrixXd* carried) {
  const Eigen::Index columns = frame.cols();
  const Eigen::HouseholderQR<Eigen::MatrixXd> qr(frame);
  const Eigen::VectorXd sign =
      qr.matrixQR().diagonal().head(columns).unaryExpr([](double r) { return r < 0 ? -1.0 : 1.0; });
  diagonal = qr.matrixQR().diagonal().head(columns).cwiseProduct(sign);
  for (Eigen::Index c = 0; c < columns; ++c)
    if (is_collapsed(diagonal[c]))
      throw NumericalError("tangent vector " + std::to_string(c),
                           "has length " + std::to_string(diagonal[c]) +
                               " after removing the others; renormalise more often or ask for fewer exponents");
  if (carried != nullptr && carried->rows() > 0) {
    const Eigen::MatrixXd r =
        sign.asDiagonal() * qr.matrixQR().topRows(columns).triangularView<Eigen::Upper>().toDenseMatrix();
    r.triangularView<Eigen::Upper>().solveInPlace<Eigen::OnTheRight>(*carried);
  }
  frame.setIdentity();
  frame.applyOnTheLeft(qr.householderQ());
  frame.array().rowwise() *= sign.transpose().array();
}

void row_growth(const Eigen::MatrixXd& q, const Eigen::VectorXd& diagonal, std::vector<double>& growth,
                std::vector<double>& mass) {
  const auto rows = static_cast<std::size_t>(q.rows());
  growth.assign(rows, 0);
  mass.assign(rows, 0);
  for (Eigen::Index c = 0; c < q.cols(); ++c) {
    const double log_r = std::log(diagonal[c]);
    const double* column = q.col(c).data();
    for (std::size_t r = 0; r < rows; ++r) add_row_growth(column[r], log_r, growth[r], mass[r]);
  }
}

LyapunovAccumulator::LyapunovAccumulator(std::size_t columns, std::size_t row_count)
    : columns_(columns), growth_(row_count, 0), mass_(row_count, 0) {}

void LyapunovAccumulator::add(double time, View<const double> diagonal, View<const double> growth,
                              View<const double> mass) {
  time_ += time;
  times_.push_back(time);
  const auto [smallest, largest] = std::minmax_element(diagonal.begin(), diagonal.end());
  condition_ = std::max(condition_, *largest / *smallest);
  for (std::size_t c = 0; c < columns_; ++c) logs_.push_back(std::log(diagonal[c]));
  for (std::size_t r = 0; r < growth_.size(); ++r) {
    growth_[r] += growth[r];
    mass_[r] += mass[r];
  }
}

std::vector<double> LyapunovAccumulator::exponents() const {
  std::vector<double> sums(columns_, 0);
  for (std::size_t k = 0; k < logs_.size(); ++k) sums[k % columns_] += logs_[k];
  for (double& sum : sums) sum /= time_;
  return sums;
}

std::vector<double> LyapunovAccumulator::standard_errors(std::uint32_t blocks) const {
  const std::size_t count = std::min<std::size_t>(blocks, times_.size());
  if (count < 2) return {};
  std::vector<double> sum(columns_, 0), squares(columns_, 0), errors(columns_);
  const std::vector<double> mean = exponents();
  for (std::size_t b = 0; b < count; ++b) {
    const std::size_t begin = b * times_.size() / count, end = (b + 1) * times_.size() / count;
    double time = 0;
    std::vector<double> block(columns_, 0);
    for (std::size_t i = begin; i < end; ++i) {
      time += times_[i];
      for (std::size_t c = 0; c < columns_; ++c) block[c] += logs_[i * columns_ + c];
    }
    for (std::size_t c = 0; c < columns_; ++c) {
      const double deviation = block[c] / time - mean[c];
      sum[c] += deviation;
      squares[c] += deviation * deviation;
    }
  }
  const auto n = static_cast<double>(count);
  for (std::size_t c = 0; c < columns_; ++c)
    errors[c] = std::sqrt(std::max(0.0, squares[c] - sum[c] * sum[c] / n) / (n - 1) / n);
  return errors;
}

std::vector<double> LyapunovAccumulator::row_exponents() const {
  const auto n = static_cast<double>(times_.size());
  std::vector<double> rows(growth_.size(), 0);
  for (std::size_t r = 0; r < rows.size(); ++r)
    if (mass_[r] > 0) rows[r] = growth_[r] / time_ / (mass_[r] / n);
  return rows;
}

double kaplan_yorke_dimension(const std::vector<double>& exponents, bool& is_bound) {
  double sum = 0;
  for (std::size_t k = 0; k < exponents.size(); ++k) {
    if (sum + exponents[k] < 0) {
      is_bound = false;
      return static_cast<double>(k) + sum / -exponents[k];
    }
    sum += exponents[k];
  }
  is_bound = true;
  return static_cast<double>(exponents.size());
}

double entropy_bound(const std::vector<double>& exponents) {
  return std::accumulate(exponents.begin(), exponents.end(), 0.0,
                         [](double sum, double exponent) { return sum + std::max(exponent, 0.0); });
}

LyapunovAccumulator benettin(std::size_t dimension, std::uint32_t columns, std::uint32_t seed, std::uint64_t transient,
                             std::uint64_t intervals, const std::function<double(Eigen::MatrixXd& frame)>& advance) {
  std::vector<std::uint64_t> ids(dimension);
  std::iota(ids.begin(), ids.end(), std::uint64_t{0});
  Eigen::MatrixXd frame = start_frame(ids, columns, seed);
  LyapunovAccumulator result(columns, dimension);
  Eigen::VectorXd diagonal;
  std::vector<double> growth, mass;
  for (std::uint64_t i = 0; i < transient + intervals; ++i) {
    const double time = advance(frame);
    orthonormalise(frame, diagonal);
    if (i < transient) continue;
    row_growth(frame, diagonal, growth, mass);
    result.add(time, {diagonal.data(), columns}, growth, mass);
  }
  return result;
}

}  // namespace sprig
