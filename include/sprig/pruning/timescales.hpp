// LNP step IV: membrane time constants by Bayesian optimisation, guided by the Lyapunov spectrum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "sprig/core/fields.hpp"
#include "sprig/dynamics/lyapunov.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

// A Gamma law of tau_m for each cluster of the network: its shape and scale lie in a box, both on a logarithmic axis.
struct TimescaleOptions {
  std::uint32_t evaluations = 0;  // of the objective; 0: step IV is left out
  std::uint32_t initial = 8;      // of them at a Latin hypercube, before there is a model
  std::uint32_t batch = 4;        // candidates that are chosen before any of them has been evaluated; >= 1
  double shape_min = 1, shape_max = 12;
  double scale_min_ms = 1, scale_max_ms = 20;
  double tau_min_ms = 1;             // smaller draws are raised to it
  double lambda_target = -0.001;     // 1/ms; below 0 only for conditional exponents, of a driven network
  double wasserstein_weight = 0.01;  // 1/ms
  double rate_weight = 1e-5;         // 1/ms per Hz
  bool every_method = false;         // also after a baseline or a control, dense included: what step IV does by itself
};
void fields(IsOptions<TimescaleOptions> auto& o, auto&& visit) {
  visit("evaluations", o.evaluations, between(0, 10000),
        "lnp: step IV, networks whose spectrum is computed; 0: it is left out");
  visit("initial", o.initial, between(2, 10000), "of them spread evenly, before there is a model");
  visit("batch", o.batch, between(1, 1000), "candidates chosen at a time; changes the result");
  visit("shape_min", o.shape_min, above(0), "of the Gamma law of tau_m of a cluster");
  visit("shape_max", o.shape_max, above(0), "above shape_min");
  visit("scale_min_ms", o.scale_min_ms, above(0), "of that law");
  visit("scale_max_ms", o.scale_max_ms, above(0), "above scale_min_ms");
  visit("tau_min_ms", o.tau_min_ms, above(0), "smaller draws are raised to it");
  visit("lambda_target", o.lambda_target, kAnything, "1/ms: lambda_max that is aimed at");
  visit("wasserstein_weight", o.wasserstein_weight, at_least(0),
        "1/ms: of the distance between normalised spectra, sparse to dense");
  visit("rate_weight", o.rate_weight, at_least(0), "1/ms per Hz: of the mean rate");
  visit("every_method", o.every_method, kAnything, "step IV also after baselines and controls, dense included");
}

// |lambda_max - lambda_target| + wasserstein_weight * wasserstein + rate_weight * mean_rate_hz, in 1/ms, and its terms.
struct TimescaleObjective {
  double value = 0;
  double lambda_max = 0;   // 1/ms
  double wasserstein = 0;  // of normalised spectra, dimensionless
  double mean_rate_hz = 0;

  static void persist(auto& self, auto& archive) {
    archive(self.value, self.lambda_max, self.wasserstein, self.mean_rate_hz);
  }
};

struct TimescaleEvaluation {
  std::vector<double> shape, scale_ms;  // per cluster
  TimescaleObjective objective;         // value = kFailedObjective where `failed`; the terms are then 0
  bool failed = false;                  // the spectrum could not be computed, or no neuron fired
  double best = 0;                      // objective of the best so far that may be chosen, the start included

  static void persist(auto& self, auto& archive) {
    archive(self.shape, self.scale_ms, self.objective, self.failed, self.best);
  }
};
inline constexpr double kFailedObjective = 1;  // 1/ms: far above those of networks that live

struct TimescaleSearch {
  TimescaleObjective start;  // of the network as it was
  std::vector<TimescaleEvaluation> trace;
  // The evaluation whose time constants the network has now; kUnchanged: none was better than the start, with a
  // lambda_max within step III's bound or at most that of the start [ours].
  std::size_t chosen = kUnchanged;
  bool complete = true;  // false: stopped early, and nothing was changed
  static constexpr std::size_t kUnchanged = std::numeric_limits<std::size_t>::max();

  static void persist(auto& self, auto& archive) { archive(self.start, self.trace, self.chosen, self.complete); }
};

// The first Wasserstein distance between two spectra (descending), each taken as equal masses at its exponents divided
// by their mean magnitude [ours]: a spectrum that is only faster or slower has distance 0. Of spectra that are not
// whole, the same fraction of the dimensions is compared: the one of the larger fraction is cut [ours].
double spectrum_distance(std::vector<double> a, std::uint64_t dimension_a, std::vector<double> b,
                         std::uint64_t dimension_b);

// Time constants of neuron i: the quantile of the Gamma law of its cluster at a uniform drawn by its original id
// (Stream::tau_membrane), at least tau_min_ms. With the builder's seed and law, the builder's values. A small change
// of shape or scale changes each of them little.
std::vector<double> gamma_time_constants(const Network& network, const std::vector<double>& shape,
                                         const std::vector<double>& scale_ms, double tau_min_ms, std::uint32_t seed);

}  // namespace sprig
