// The parts of step IV that stand on their own: the distance of spectra, and time constants of Gamma laws.
#include "sprig/pruning/timescales.hpp"

#include <algorithm>
#include <cmath>

#include "sprig/network/sampler.hpp"

namespace sprig {
namespace {

void divide_by_mean_magnitude(std::vector<double>& spectrum) {
  double sum = 0;
  for (const double x : spectrum) sum += std::abs(x);
  if (sum == 0) return;
  for (double& x : spectrum) x *= static_cast<double>(spectrum.size()) / sum;
}

// The leading part of `spectrum` that is `fraction` of its `dimension`.
void cut(std::vector<double>& spectrum, std::uint64_t dimension, double fraction) {
  const auto wanted = static_cast<std::size_t>(std::llround(fraction * static_cast<double>(dimension)));
  if (wanted < spectrum.size()) spectrum.resize(std::max<std::size_t>(1, wanted));
}

}  // namespace

double spectrum_distance(std::vector<double> a, std::uint64_t dimension_a, std::vector<double> b,
                         std::uint64_t dimension_b) {
  const double part_a = static_cast<double>(a.size()) / static_cast<double>(dimension_a);
  const double part_b = static_cast<double>(b.size()) / static_cast<double>(dimension_b);
  cut(a, dimension_a, part_b);
  cut(b, dimension_b, part_a);
  if (a.size() < 2 || b.size() < 2) return 0;
  divide_by_mean_magnitude(a);
  divide_by_mean_magnitude(b);
  // The integral of |quantile difference|: steps at i/n and j/m, compared as i m and j n.
  const std::uint64_t n = a.size(), m = b.size();
  double distance = 0;
  for (std::uint64_t i = 0, j = 0, at = 0; i < n && j < m;) {
    const std::uint64_t end = std::min((i + 1) * m, (j + 1) * n);
    distance += std::abs(a[i] - b[j]) * static_cast<double>(end - at);
    at = end;
    if (end == (i + 1) * m) ++i;
    if (end == (j + 1) * n) ++j;
  }
  return distance / static_cast<double>(n * m);
}

std::vector<double> gamma_time_constants(const Network& network, const std::vector<double>& shape,
                                         const std::vector<double>& scale_ms, double tau_min_ms, std::uint32_t seed) {
  std::vector<Sampler> laws;
  for (std::size_t c = 0; c < shape.size(); ++c)
    laws.emplace_back("timescales", Distribution{Distribution::Kind::gamma, shape[c], scale_ms[c]}, above(0), 0);
  std::vector<double> tau_m_ms(network.size());
  for (std::uint32_t i = 0; i < network.size(); ++i) {
    const std::uint32_t cluster = network.cluster.empty() ? 0 : network.cluster[i];
    tau_m_ms[i] = std::max(laws.at(cluster).value(seed, Stream::tau_membrane, network.original_id[i]), tau_min_ms);
  }
  return tau_m_ms;
}

}  // namespace sprig
