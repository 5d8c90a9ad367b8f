// Sparse linear systems for tests, and the covariance of one by SciPy.
#pragma once

#include <cmath>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Dense>

#include "sprig/core/random.hpp"
#include "sprig/dynamics/sparse_system.hpp"
#include "tests/support/networks.hpp"
#include "tests/support/python.hpp"

namespace sprig::test {

struct System {
  Csr graph;
  std::vector<double> strengths, decay;
  SparseSystem a;
};

struct SystemSpec {
  std::uint32_t nodes = 60;
  double density = 0.2;
  double strength = 1;     // of a synapse at most, in units of 1/(in-degree)
  double negative = 0.4;   // of the synapses
  bool symmetric = false;  // every synapse has another one against it, as strong
  std::uint32_t seed = 1;
};

// Decay rates lie in [1, 2]; synapses have strengths up to spec.strength / in-degree: dominated by rows up to 1.
inline System random_system(const SystemSpec& s) {
  std::vector<Edge> edges;
  const auto draw = [&](std::uint32_t i, std::uint32_t j, std::uint64_t index) {
    if (s.symmetric && j < i) std::swap(i, j);
    return uniform_open(s.seed, Stream::test, std::uint64_t{i} << 32 | j, index);
  };
  const double scale = s.strength / (s.density * s.nodes);
  for (std::uint32_t i = 0; i < s.nodes; ++i)
    for (std::uint32_t j = 0; j < s.nodes; ++j)
      if (i != j && draw(i, j, 0) < s.density)
        edges.push_back({i, j, static_cast<float>(scale * draw(i, j, 1) * (draw(i, j, 2) < s.negative ? -1 : 1)), 1});
  System system{csr_from(s.nodes, s.nodes, edges), {}, {}, {}};
  for (const float w : system.graph.weights) system.strengths.push_back(w);
  for (std::uint32_t i = 0; i < s.nodes; ++i) system.decay.push_back(1 + uniform_open(s.seed, Stream::test, i, 3));
  system.a = sparse_system(system.graph, system.strengths, system.decay);
  return system;
}

// The same with these synapses.
inline System system_of(std::uint32_t nodes, const std::vector<Edge>& edges, std::vector<double> decay) {
  System system{csr_from(nodes, nodes, edges), {}, std::move(decay), {}};
  for (const float w : system.graph.weights) system.strengths.push_back(w);
  system.a = sparse_system(system.graph, system.strengths, system.decay);
  return system;
}

// solve_continuous_lyapunov(A, -sigma_squared I); nothing where SciPy is not there.
inline std::optional<Eigen::MatrixXd> scipy_covariance(const Eigen::MatrixXd& a, double sigma_squared) {
  const std::string n = std::to_string(a.rows());
  const Eigen::MatrixXd by_rows = a.transpose();
  std::ostringstream script;
  script << "import numpy as np, scipy.linalg as la\na = np.array("
         << python_list(by_rows.data(), static_cast<std::size_t>(a.size())) << ").reshape(" << n << "," << n << ")\n"
         << "for x in la.solve_continuous_lyapunov(a, -" << sigma_squared << " * np.eye(" << n
         << ")).ravel(): print(repr(float(x)))\n";
  const std::optional<std::vector<double>> numbers = python_numbers("sprig_covariance_oracle", script.str());
  if (!numbers || numbers->size() != static_cast<std::size_t>(a.size())) return std::nullopt;
  return Eigen::Map<const Eigen::MatrixXd>(numbers->data(), a.rows(), a.cols());
}

}  // namespace sprig::test
