#include "host/app/bench/power_law.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <cstddef>

#include <Eigen/Dense>

namespace sprig::app {

PowerLaw fit_power_law(const std::vector<double>& values, const std::vector<std::vector<double>>& factors) {
  PowerLaw law;
  const auto n = static_cast<Eigen::Index>(values.size());
  const auto columns = static_cast<Eigen::Index>(factors.size()) + 1;
  if (n < columns + 1) {
    law.why_not = "it takes at least " + std::to_string(columns + 1) + " cases";
    return law;
  }
  if (std::any_of(values.begin(), values.end(), [](double value) { return !(value > 0); })) {
    law.why_not = "some cases took no time that a clock shows";
    return law;
  }
  Eigen::MatrixXd terms(n, columns);
  Eigen::VectorXd logs(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto row = static_cast<std::size_t>(i);
    logs(i) = std::log(values[row]);
    terms(i, 0) = 1;
    for (Eigen::Index k = 1; k < columns; ++k) terms(i, k) = std::log(factors[static_cast<std::size_t>(k) - 1][row]);
  }
  // About their means, the constant has nothing to do with the exponents.
  const Eigen::RowVectorXd mean = terms.rightCols(columns - 1).colwise().mean();
  terms.rightCols(columns - 1).rowwise() -= mean;
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(terms);
  qr.setThreshold(1e-6);
  if (qr.rank() < columns) {
    law.why_not = "its cases do not vary neurons, synapses and exponents apart from one another";
    return law;
  }
  const Eigen::VectorXd x = qr.solve(logs);
  const double freedom = static_cast<double>(n - columns);
  const double variance = (logs - terms * x).squaredNorm() / freedom;
  const Eigen::MatrixXd spread = (terms.transpose() * terms).inverse();
  const double quantile = boost::math::quantile(boost::math::students_t(freedom), 0.975);
  for (Eigen::Index k = 1; k < columns; ++k) {
    law.exponents.push_back(x(k));
    law.half_widths.push_back(quantile * std::sqrt(variance * spread(k, k)));
  }
  law.constant = std::exp(x(0) - mean * x.tail(columns - 1));
  law.relative_error = std::sqrt(variance);
  return law;
}

}  // namespace sprig::app
