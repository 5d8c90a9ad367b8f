// Bayesian optimisation in batches.
#include "host/pruning/minimise.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "host/pruning/gaussian_process.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/loop_poll.hpp"
#include "sprig/core/random.hpp"
#include "sprig/core/threads.hpp"

namespace sprig {
namespace {

constexpr std::uint64_t kSpread = 1000;  // points of the whole cube that are looked at for a candidate
constexpr std::uint64_t kNear = 200;     // and around the best one, in each of these distances
constexpr std::uint64_t kLooks = 16;     // between two at the progress
constexpr double kDistances[] = {0.2, 0.05, 0.01};
constexpr double kFirstStep = 0.05, kLastStep = 1e-3;  // of the ascent from the best of them
constexpr std::uint64_t kDesign = 0xFFFFFFFF;          // the Latin hypercube's id; candidates have their number

void check(const std::vector<ParameterRange>& box) {
  if (box.empty()) throw ConfigError("minimise.box", "has no parameter; at least one is needed");
  for (std::size_t d = 0; d < box.size(); ++d)
    if (!(box[d].high > box[d].low) || (box[d].logarithmic && !(box[d].low > 0)))
      throw ConfigError("minimise.box[" + std::to_string(d) + "]", "is empty, or reaches zero on a logarithmic axis");
}

class BoxSearch {
 public:
  BoxSearch(const std::vector<ParameterRange>& box, const MinimiseOptions& options, const Progress& progress)
      : box_(box), options_(options), progress_(progress), inputs_(static_cast<Eigen::Index>(box.size())) {}

  // The parameters that a point of the unit cube stands for.
  std::vector<double> parameters(const Eigen::VectorXd& at) const {
    std::vector<double> result;
    for (std::size_t d = 0; d < box_.size(); ++d) {
      const auto [low, high, logarithmic] = box_[d];
      const double x = at[static_cast<Eigen::Index>(d)];
      result.push_back(std::clamp(
          logarithmic ? std::exp(std::log(low) + x * (std::log(high) - std::log(low))) : low + x * (high - low), low,
          high));
    }
    return result;
  }

  // One point in each of `count` slices of every axis.
  std::vector<Eigen::VectorXd> latin_hypercube(std::uint32_t count) const {
    std::vector<Eigen::VectorXd> points(count, Eigen::VectorXd(inputs_));
    for (Eigen::Index d = 0; d < inputs_; ++d) {
      const auto draw = [&](std::uint64_t n, std::uint64_t which) {
        return uniform_open(options_.seed, Stream::search_design, kDesign,
                            2 * (n * static_cast<std::uint64_t>(inputs_) + static_cast<std::uint64_t>(d)) + which);
      };
      std::vector<std::uint32_t> order(count);
      std::iota(order.begin(), order.end(), 0u);
      std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return draw(a, 0) < draw(b, 0); });
      for (std::uint32_t slice = 0; slice < count; ++slice)
        points[order[slice]][d] = (slice + draw(order[slice], 1)) / count;
    }
    return points;
  }

  // The next `count` candidates, of numbers points.size(), ... .
  std::vector<Eigen::VectorXd> candidates(const std::vector<Eigen::VectorXd>& points, const std::vector<double>& values,
                                          std::size_t count) const {
    Eigen::MatrixXd x(static_cast<Eigen::Index>(points.size()), inputs_);
    Eigen::VectorXd y(x.rows());
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    const double median = sorted[sorted.size() / 2], bound = median + (median - sorted.front());
    for (std::size_t n = 0; n < points.size(); ++n) {
      x.row(static_cast<Eigen::Index>(n)) = points[n];
      y[static_cast<Eigen::Index>(n)] = std::min(values[n], bound);
    }
    const auto best = static_cast<std::size_t>(std::min_element(values.begin(), values.end()) - values.begin());
    GaussianProcess model(x, y, progress_);
    std::vector<Eigen::VectorXd> chosen;
    while (chosen.size() < count) {
      if (!chosen.empty()) model = model.believing(chosen.back(), model.predict(chosen.back()).mean);
      chosen.push_back(most_promising(model, points[best], values[best], points.size() + chosen.size()));
    }
    return chosen;
  }

 private:
  // The largest expected improvement found; where none is to be expected, the largest variance.
  Eigen::VectorXd most_promising(const GaussianProcess& model, const Eigen::VectorXd& best, double value,
                                 std::uint64_t number) const {
    const auto promise = [&](const Eigen::VectorXd& at) {
      const GaussianProcess::Prediction p = model.predict(at);
      return std::pair(expected_improvement(p.mean, p.variance, value), p.variance);
    };
    std::uint64_t draws = 0;
    const auto draw = [&] { return uniform_open(options_.seed, Stream::search_design, number, draws++); };
    Eigen::VectorXd top, at(inputs_);
    std::pair<double, double> highest{-1, -1};
    LoopPoll poll("minimise", progress_, 1, kLooks);
    std::uint64_t looks = 0;
    const auto look = [&] {
      poll(++looks);
      if (const auto found = promise(at); found > highest) {
        highest = found;
        top = at;
      }
    };
    for (std::uint64_t n = 0; n < kSpread; ++n) {
      for (double& a : at) a = draw();
      look();
    }
    for (const double distance : kDistances)
      for (std::uint64_t n = 0; n < kNear; ++n) {
        for (Eigen::Index d = 0; d < inputs_; ++d) at[d] = std::clamp(best[d] + distance * (2 * draw() - 1), 0.0, 1.0);
        look();
      }
    for (double step = kFirstStep; step >= kLastStep; step /= 2)
      for (Eigen::Index d = 0; d < inputs_; ++d)
        for (const double sign : {-1.0, 1.0}) {
          at = top;
          at[d] = std::clamp(at[d] + sign * step, 0.0, 1.0);
          look();
        }
    return top;
  }

  const std::vector<ParameterRange>& box_;
  const MinimiseOptions& options_;
  const Progress& progress_;
  Eigen::Index inputs_;
};

}  // namespace

Minimum minimise(const Objective& f, const std::vector<ParameterRange>& box, const MinimiseOptions& options,
                 const Progress& progress) {
  check(box);
  const Progress unmoved = progress.part(0, 0);
  const BoxSearch search(box, options, unmoved);
  const std::size_t wanted = options.evaluations, batch = std::max(1u, options.batch);
  const std::size_t initial = std::min<std::size_t>(wanted, std::max(2u, options.initial));
  std::vector<Eigen::VectorXd> points = search.latin_hypercube(static_cast<std::uint32_t>(initial));
  std::vector<double> values;
  Minimum result;
  while (values.size() < wanted) {
    const std::size_t done = values.size();
    if (done >= initial) {
      const auto more = search.candidates(points, values, std::min(batch, wanted - done));
      points.insert(points.end(), more.begin(), more.end());
    }
    const std::size_t until = std::min(points.size(), done + batch);
    values.resize(until);
    for (std::size_t n = done; n < until; ++n) result.trace.push_back({search.parameters(points[n]), 0});
    ExceptionTrap trap;
#pragma omp parallel for schedule(dynamic, 1) num_threads(team_size(options.threads))
    for (std::size_t n = done; n < until; ++n) trap.run([&] { values[n] = f(n, result.trace[n].parameters); });
    trap.rethrow();
    for (std::size_t n = done; n < until; ++n) {
      if (!std::isfinite(values[n]))
        throw NumericalError("minimise", "evaluation " + std::to_string(n) + " is not finite");
      result.trace[n].value = values[n];
      if (values[n] < result.trace[result.best].value) result.best = n;
    }
  }
  return result;
}

}  // namespace sprig
