// The minimum of a costly function over a box, by Bayesian optimisation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "sprig/core/progress.hpp"

namespace sprig {

// One parameter's range; logarithmic: the model sees the logarithm (low > 0).
struct ParameterRange {
  double low = 0, high = 1;
  bool logarithmic = false;
};

struct MinimiseOptions {
  std::uint32_t evaluations = 30;
  std::uint32_t initial = 8;  // of them at a Latin hypercube
  std::uint32_t batch = 1;    // candidates chosen before any of them is evaluated
  std::uint32_t seed = 1;     // of the Latin hypercube and of the points that are looked at for a candidate
  int threads = 0;            // evaluate a batch at once, 0: all that OpenMP offers. Never changes a result
};

struct Minimum {
  struct Evaluation {
    std::vector<double> parameters;
    double value;
  };
  std::vector<Evaluation> trace;
  std::size_t best = 0;  // the first of lowest value
};

// f(index, parameters): the value at evaluation `index`, finite; called from several threads at once when a batch has
// several candidates. Candidates maximise the expected improvement under a Gaussian process (Matern 5/2) of what is
// known; of a batch, each next one believes the prediction at those before it (kriging believer: Ginsbourger, Le Riche
// & Carraro 2010). Values above the median by more than the least is below it enter the model as that bound [ours]: how
// bad a bad point is tells nothing of the minimum. `progress` is asked while candidates are chosen, and told nothing:
// how far the search is, f knows. Errors: ConfigError at an empty box, NumericalError when a value is not finite,
// Interrupted, and what f throws.
using Objective = std::function<double(std::size_t index, const std::vector<double>& parameters)>;
Minimum minimise(const Objective& f, const std::vector<ParameterRange>& box, const MinimiseOptions& options,
                 const Progress& progress = {});

}  // namespace sprig
