#include "sprig/learning/bptt/adam.hpp"

#include <cmath>

namespace sprig {

void Adam::step(View<double> parameters, View<const double> gradient, double learning_rate) {
  ++steps_;
  const auto t = static_cast<double>(steps_);
  const double mean_scale = 1 / (1 - std::pow(options_.beta1, t)), square_scale = 1 / (1 - std::pow(options_.beta2, t));
  for (std::size_t k = 0; k < parameters.size; ++k) {
    mean_[k] = options_.beta1 * mean_[k] + (1 - options_.beta1) * gradient[k];
    square_[k] = options_.beta2 * square_[k] + (1 - options_.beta2) * gradient[k] * gradient[k];
    parameters[k] -=
        learning_rate * (mean_[k] * mean_scale) / (std::sqrt(square_[k] * square_scale) + options_.epsilon);
  }
}

double clip_norm(View<double> first, View<double> second, double most) {
  double sum = 0;
  for (const double x : first) sum += x * x;
  for (const double x : second) sum += x * x;
  const double norm = std::sqrt(sum);
  if (most > 0 && norm > most) {
    for (double& x : first) x *= most / norm;
    for (double& x : second) x *= most / norm;
  }
  return norm;
}

}  // namespace sprig
