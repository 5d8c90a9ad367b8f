// The structure of a network as a page shows it: histograms over common bins, eigenvalues.
#pragma once

#include <string>
#include <vector>

#include "sprig/config/config.hpp"
#include "sprig/network/network.hpp"
#include "sprig/session/output.hpp"

namespace sprig::app {

// For files: six significant digits.
double rounded(double value);

// Edges of `bins` equal bins over the values of all lists; empty when there is none.
std::vector<double> common_edges(const std::vector<std::vector<double>>& lists, std::size_t bins);
// {edges, counts}; the last bin holds its upper edge.
Json histogram_json(const std::vector<double>& values, const std::vector<double>& edges);

// Why the page of a network is without eigenvalues, and how to get them; empty when they are to be computed.
std::string why_no_eigenvalues(const Network& network, PageEigenvalues asked);

// An entry of `networks` in observation.json, less its activity. all: the networks that share the bins.
// no_eigenvalues: why there are none; empty: they are computed.
Json structure_json(const std::string& name, const Network& network, const std::vector<const Network*>& all,
                    const std::string& no_eigenvalues);

// The same of a network whose synapses are rules.
Json structure_without_matrix(const std::string& name, const Network& network, const std::string& why);

}  // namespace sprig::app
