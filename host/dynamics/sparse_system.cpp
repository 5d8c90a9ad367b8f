// Sparse matrices of linear systems: made of synapses, transposed, written out.
#include "sprig/dynamics/sparse_system.hpp"

#include <algorithm>
#include <cmath>

#include "sprig/core/error.hpp"
#include "sprig/network/compaction.hpp"

namespace sprig {

std::uint64_t SparseSystem::find(std::uint32_t i, std::uint32_t j) const {
  const auto first = columns.begin() + static_cast<std::ptrdiff_t>(offsets[i]),
             last = columns.begin() + static_cast<std::ptrdiff_t>(offsets[i + 1]);
  const auto at = std::lower_bound(first, last, j);
  return at != last && *at == j ? static_cast<std::uint64_t>(at - columns.begin()) : values.size();
}

SparseSystem sparse_system(const Csr& graph, const std::vector<double>& strengths, const std::vector<double>& decay) {
  const Transpose incoming = transpose(graph);
  SparseSystem a;
  a.diagonal.assign(graph.cols, 0.0);
  a.columns.reserve(graph.synapses());
  a.values.reserve(graph.synapses());
  bool finite = true;
  for (std::uint32_t i = 0; i < graph.cols; ++i) {
    for (std::uint64_t e = incoming.offsets[i]; e < incoming.offsets[i + 1]; ++e) {
      const std::uint32_t source = incoming.sources[e];
      const double strength = strengths[incoming.edge[e]];
      finite &= std::isfinite(strength);
      if (source == i) {
        a.diagonal[i] += strength;
      } else if (a.columns.size() > a.offsets.back() && a.columns.back() == source) {
        a.values.back() += strength;
      } else {
        a.columns.push_back(source);
        a.values.push_back(strength);
      }
    }
    a.diagonal[i] -= decay[i];
    finite &= std::isfinite(a.diagonal[i]);
    a.offsets.push_back(a.columns.size());
  }
  if (!finite) throw NumericalError("covariance.a", "has an entry that is not finite");
  return a;
}

SparseSystem transposed(const SparseSystem& a) {
  SparseSystem t;
  t.diagonal = a.diagonal;
  t.offsets.assign(a.offsets.size(), 0);
  t.columns.resize(a.columns.size());
  t.values.resize(a.values.size());
  for (const std::uint32_t column : a.columns) ++t.offsets[column + 1];
  for (std::uint32_t i = 0; i < a.size(); ++i) t.offsets[i + 1] += t.offsets[i];
  std::vector<std::uint64_t> next(t.offsets.begin(), t.offsets.end() - 1);
  for (std::uint32_t i = 0; i < a.size(); ++i)
    for (std::uint64_t e = a.offsets[i]; e < a.offsets[i + 1]; ++e) {
      const std::uint64_t at = next[a.columns[e]]++;
      t.columns[at] = i;
      t.values[at] = a.values[e];
    }
  return t;
}

Eigen::MatrixXd dense_matrix(const SparseSystem& a) {
  Eigen::MatrixXd dense = Eigen::MatrixXd::Zero(a.size(), a.size());
  for (std::uint32_t i = 0; i < a.size(); ++i) {
    dense(i, i) = a.diagonal[i];
    for (std::uint64_t e = a.offsets[i]; e < a.offsets[i + 1]; ++e) dense(i, a.columns[e]) = a.values[e];
  }
  return dense;
}

bool is_symmetric(const SparseSystem& a) {
  for (std::uint32_t i = 0; i < a.size(); ++i)
    for (std::uint64_t e = a.offsets[i]; e < a.offsets[i + 1]; ++e) {
      const std::uint64_t mirror = a.find(a.columns[e], i);
      if ((mirror < a.values.size() ? a.values[mirror] : 0) != a.values[e]) return false;
    }
  return true;
}

}  // namespace sprig
