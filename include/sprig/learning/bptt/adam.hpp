// Adam (Kingma & Ba 2015, algorithm 1): steps by the ratio of a gradient's running mean and root mean square, both
// corrected for having started at 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sprig/core/view.hpp"

namespace sprig {

struct AdamOptions {
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
};

class Adam {
 public:
  Adam(std::size_t parameters, const AdamOptions& options)
      : options_(options), mean_(parameters, 0.0), square_(parameters, 0.0) {}

  // One step of all parameters; sizes as in the constructor.
  void step(View<double> parameters, View<const double> gradient, double learning_rate);

 private:
  AdamOptions options_;
  std::uint64_t steps_ = 0;
  std::vector<double> mean_, square_;
};

// Scales the gradient, given in parts, down to the norm `most` if it is longer (most = 0: never). Returns the norm
// before. Sums are in order.
double clip_norm(View<double> first, View<double> second, double most);

}  // namespace sprig
