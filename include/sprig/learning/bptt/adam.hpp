// Adam (Kingma & Ba 2015, algorithm 1): steps by the ratio of a gradient's running mean and root mean square, both
// corrected for having started at 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
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

  static void persist(auto& self, auto& archive) {
    const std::size_t parameters = self.mean_.size();
    archive(self.steps_, self.mean_, self.square_);
    if constexpr (std::remove_reference_t<decltype(archive)>::kReads)
      if (self.mean_.size() != parameters || self.square_.size() != parameters)
        archive.refuse("has means of another number of parameters");
  }

 private:
  AdamOptions options_;
  std::uint64_t steps_ = 0;
  std::vector<double> mean_, square_;
};

// Scales the gradient, given in parts, down to the norm `most` if it is longer (most = 0: never). Returns the norm
// before. Sums are in order.
double clip_norm(View<double> first, View<double> second, double most);

}  // namespace sprig
