// The rightmost eigenvalue of a matrix that is known by its products, by implicitly restarted Arnoldi iteration.
#pragma once

#include <cmath>
#include <optional>
#include <stdexcept>

#include <Spectra/GenEigsSolver.h>
#include <Eigen/Dense>

#include "sprig/core/error.hpp"

namespace sprig {

struct Rightmost {
  double abscissa = 0;
  double residual = 0;  // |A v - lambda v| / |v|
};

// The largest real part; nothing where the iteration does not converge or breaks down. phase: of the start vector,
// another one starts elsewhere. Product: rows(), cols(), perform_op(x, y). Errors: those of the products (Interrupted).
template <class Product>
std::optional<Rightmost> rightmost_by_arnoldi(Product& product, double phase = 0) {
  constexpr Eigen::Index kValues = 4, kBasis = 60, kRestarts = 300;
  constexpr double kTolerance = 1e-9;
  const Eigen::Index n = product.rows();
  Spectra::GenEigsSolver<Product> solver(product, kValues, kBasis);
  // Any vector without a symmetry of the matrix; fixed, so that the answer is too.
  const Eigen::VectorXd start =
      (Eigen::VectorXd::LinSpaced(n, 1, static_cast<double>(n)).array() + phase).sin().matrix();
  try {
    solver.init(start.data());
    const Eigen::Index found = solver.compute(Spectra::SortRule::LargestReal, kRestarts, kTolerance);
    if (found < kValues) return std::nullopt;  // the one that did not converge may be the rightmost
  } catch (const Interrupted&) {
    throw;
  } catch (const std::runtime_error&) {  // a breakdown of the iteration
    return std::nullopt;
  } catch (const std::logic_error&) {
    return std::nullopt;
  }
  Eigen::Index which = 0;
  Rightmost result;
  result.abscissa = solver.eigenvalues().real().maxCoeff(&which);
  // The iteration sometimes breaks down without a word and returns what is no eigenvalue, so its pair is checked.
  const Eigen::VectorXcd vector = solver.eigenvectors().col(which);
  const Eigen::VectorXd real_part = vector.real(), imaginary_part = vector.imag();
  Eigen::VectorXd of_real(n), of_imaginary(n);
  product.perform_op(real_part.data(), of_real.data());
  product.perform_op(imaginary_part.data(), of_imaginary.data());
  Eigen::VectorXcd residual(n);
  residual.real() = of_real;
  residual.imag() = of_imaginary;
  residual -= solver.eigenvalues()[which] * vector;
  result.residual = residual.norm() / vector.norm();
  return result;
}

}  // namespace sprig
