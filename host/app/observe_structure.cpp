#include "host/app/observe_structure.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "host/app/observe.hpp"
#include "sprig/dynamics/covariance.hpp"

namespace sprig::app {

namespace {

constexpr std::size_t kWeightBins = 60, kTauBins = 40;

// Lowest and highest value met.
struct Extent {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  template <class Values>
  void take(const Values& values) {
    for (const auto value : values) low = std::min<double>(low, value), high = std::max<double>(high, value);
  }
  std::vector<double> edges(std::size_t bins) const {
    if (low > high) return {};
    // All values alike: one bin around them.
    if (low == high) return {low - std::max(std::abs(low), 1.0) / 20, low + std::max(std::abs(low), 1.0) / 20};
    std::vector<double> list(bins + 1);
    for (std::size_t k = 0; k <= bins; ++k)
      list[k] = low + (high - low) * static_cast<double>(k) / static_cast<double>(bins);
    list.back() = high;
    return list;
  }
};

template <class Values>
Json binned(const Values& values, const std::vector<double>& edges) {
  if (edges.empty()) return {};
  std::vector<std::uint64_t> counts(edges.size() - 1, 0);
  for (const auto value : values) {
    const auto above = std::upper_bound(edges.begin(), edges.end(), static_cast<double>(value)) - edges.begin();
    ++counts[static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(above - 1, 0, static_cast<std::ptrdiff_t>(counts.size()) - 1))];
  }
  Json shown = Json::array();
  for (const double edge : edges) shown.push_back(rounded(edge));
  return {{"edges", shown}, {"counts", counts}};
}

// The eigenvalues of the matrix of recurrent weights (parallel synapses add up). Transposing changes no eigenvalue.
Json eigenvalues_json(const Network& network) {
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(network.size(), network.size());
  const Csr& csr = network.recurrent;
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) w(i, csr.targets[k]) += csr.weights[k];
  const Eigen::VectorXcd eigenvalues = dense_eigenvalues(w);
  if (eigenvalues.size() != w.rows()) return {};
  Json real = Json::array(), imaginary = Json::array();
  for (const auto& value : eigenvalues)
    real.push_back(rounded(value.real())), imaginary.push_back(rounded(value.imag()));
  return {{"real", real}, {"imaginary", imaginary}};
}

}  // namespace

double rounded(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, 6).ptr;
  double back = 0;
  std::from_chars(text, end, back);
  return back;
}

std::vector<double> common_edges(const std::vector<std::vector<double>>& lists, std::size_t bins) {
  Extent extent;
  for (const auto& list : lists) extent.take(list);
  return extent.edges(bins);
}

Json histogram_json(const std::vector<double>& values, const std::vector<double>& edges) {
  return binned(values, edges);
}

std::string why_no_eigenvalues(const Network& network, PageEigenvalues asked) {
  const std::string are = "here are " + std::to_string(network.size());
  if (asked == PageEigenvalues::none) return "not asked for; run.page_eigenvalues = \"all\" computes them";
  if (network.size() > kMostEigenvalues)
    return "computed up to " + std::to_string(kMostEigenvalues) + " neurons, " + are;
  if (asked == PageEigenvalues::automatic && network.size() > kFewEigenvalues)
    return "computed of themselves up to " + std::to_string(kFewEigenvalues) + " neurons, " + are +
           "; run.page_eigenvalues = \"all\" computes them up to " + std::to_string(kMostEigenvalues);
  return {};
}

Json structure_json(const std::string& name, const Network& network, const std::vector<const Network*>& all,
                    const std::string& no_eigenvalues) {
  Extent weights, taus;
  for (const Network* n : all) weights.take(n->recurrent.weights), taus.take(n->neurons.tau_m_ms);
  Json json{{"name", name},
            {"neurons", network.size()},
            {"synapses", network.recurrent.synapses()},
            {"weights", binned(network.recurrent.weights, weights.edges(kWeightBins))},
            {"tau_m_ms", binned(network.neurons.tau_m_ms, taus.edges(kTauBins))}};
  if (no_eigenvalues.empty())
    json["eigenvalues"] = eigenvalues_json(network);
  else
    json["no_eigenvalues"] = no_eigenvalues;
  return json;
}

Json structure_without_matrix(const std::string& name, const Network& network, const std::string& why) {
  return {{"name", name},
          {"neurons", network.size()},
          {"no_weights", why},
          {"tau_m_ms", binned(network.neurons.tau_m_ms, common_edges({network.neurons.tau_m_ms}, kTauBins))},
          {"no_eigenvalues", why}};
}

}  // namespace sprig::app
